import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { HostileCase } from './case/case.ts';
import { CaseFlow } from './flow.ts';
import { checkCase, neverExercised, prove } from './prove.ts';

const Regressions = z.array(z.looseObject({ invariant: z.string(), fault: z.string(), case: HostileCase }));
const regressions = Regressions.parse(JSON.parse(readFileSync(join(import.meta.dirname, 'regressions.json'), 'utf8')));

/** Counters that even a few incidents must move. Otherwise the generator has become useless. */
const COMMON = [
  'grants redeemed to apply',
  'grants redeemed to roll back',
  'refused: schema',
  'refused: allowlist',
  'refused: policy',
  'refused: approval',
  'refused: switch',
  'plans denied',
  'plans expired',
  'functions killed',
  'read-only incidents',
  'ended: healed',
  'ended: diagnosed',
  'ended: escalated',
];

let flow: CaseFlow;
beforeAll(() => {
  flow = new CaseFlow();
}, 120_000);

test('no hostile model, person, fault or retry breaks an invariant', { timeout: 120_000 }, async () => {
  const proof = await prove(flow, { incidents: 150, seed: 20_261_120 });
  expect(proof.violation).toBeUndefined();
  expect(proof.incidents).toBeGreaterThanOrEqual(150);
  // Too few incidents for every counter; `npm run prove` demands them all.
  const idle = neverExercised(proof.counts);
  expect(COMMON.filter((counter) => idle.includes(counter))).toEqual([]);
});

test.for(regressions.map((found, n) => ({ ...found, n })))(
  'a case that once broke "$invariant" no longer does (case $n)',
  async ({ case: testCase }) => {
    expect((await checkCase(flow, testCase)).broken).toBeUndefined();
  },
);
