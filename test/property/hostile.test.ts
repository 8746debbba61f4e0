import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { HostileCase } from './case.ts';
import { HostileFlow } from './play.ts';
import { checkCase, neverExercised, prove } from './prove.ts';

const Regressions = z.array(z.looseObject({ invariant: z.string(), fault: z.string(), case: HostileCase }));
const regressions = Regressions.parse(JSON.parse(readFileSync(join(import.meta.dirname, 'regressions.json'), 'utf8')));

/** What even a few incidents must reach, or the generator has lost its way. */
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

let flow: HostileFlow;
beforeAll(() => {
  flow = new HostileFlow();
}, 120_000);

test('no hostile model, person, fault or retry breaks an invariant', { timeout: 120_000 }, async () => {
  const proof = await prove(flow, { incidents: 150, seed: 20_261_120 });
  expect(proof.violation).toBeUndefined();
  expect(proof.incidents).toBeGreaterThanOrEqual(150);
  // `npm run prove` demands that every counter moves; so few incidents only reach what is common.
  const idle = neverExercised(proof.counts);
  expect(COMMON.filter((counter) => idle.includes(counter))).toEqual([]);
});

test.for(regressions.map((found, n) => ({ ...found, n })))(
  'what once broke "$invariant" holds (case $n)',
  async ({ case: hostile }) => {
    expect((await checkCase(flow, hostile)).broken).toBeUndefined();
  },
);
