import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { HostileCase } from './case/case.ts';
import { CaseFlow } from './flow.ts';
import { checkCase, prove } from './prove.ts';

const Regressions = z.array(z.looseObject({ invariant: z.string(), fault: z.string(), case: HostileCase }));
const regressions = Regressions.parse(JSON.parse(readFileSync(join(import.meta.dirname, 'regressions.json'), 'utf8')));

let flow: CaseFlow;
beforeAll(() => {
  flow = new CaseFlow();
}, 120_000);

// The same with more, and what they must exercise, takes long: drawn-cases.test.ts. More still: `npm run prove`.
test('no hostile model, person, fault or retry breaks an invariant in the first cases that are drawn', async () => {
  const proof = await prove(flow, { incidents: 30, seed: 20_261_120 });
  expect(proof.violation).toBeUndefined();
  expect(proof.incidents).toBeGreaterThanOrEqual(30);
});

test.for(regressions.map((found, n) => ({ ...found, n })))(
  'a case that once broke "$invariant" no longer does (case $n)',
  async ({ case: testCase }) => {
    expect((await checkCase(flow, testCase)).broken).toBeUndefined();
  },
);
