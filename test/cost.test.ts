import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { COST, currentCostPage } from '../docs/generate.ts';
import { statesEntered } from '../docs/generators/cost-use.ts';
import { synthesize } from '../lib/synthesize.ts';
import { shippedRules } from './lib/shipped.ts';

test('docs/cost.md says what an incident uses today; if not, run: npm run docs', async () => {
  expect(readFileSync(COST, 'utf8')).toBe(await currentCostPage());
});

test('a duplicate enters three states: it opens, is recognized, and is done', () => {
  const { stateMachineDefinition } = synthesize(shippedRules());
  expect(statesEntered(stateMachineDefinition, ['open'])).toEqual(['Open', 'AfterOpen', 'Done']);
});

test('every look of Verify is counted with its wait', () => {
  const { stateMachineDefinition } = synthesize(shippedRules());
  const steps = ['open', 'observe', 'decide', 'authorize', 'apply', 'verify', 'verify', 'decide', 'close'] as const;
  const entered = statesEntered(stateMachineDefinition, steps);
  expect(entered.filter((state) => state === 'Settle')).toHaveLength(2);
  expect(entered.at(-1)).toBe('Done');
});
