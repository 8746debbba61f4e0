import { expect, test } from 'vitest';
import { CaseFlow } from './flow.ts';
import { neverExercised, prove } from './prove.ts';

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

test('no hostile model, person, fault or retry breaks an invariant', { timeout: 120_000 }, async () => {
  const proof = await prove(new CaseFlow(), { incidents: 150, seed: 20_261_120 });
  expect(proof.violation).toBeUndefined();
  expect(proof.incidents).toBeGreaterThanOrEqual(150);
  // Too few incidents for every counter; `npm run prove` demands them all.
  const idle = neverExercised(proof.counts);
  expect(COMMON.filter((counter) => idle.includes(counter))).toEqual([]);
});
