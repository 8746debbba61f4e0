import { expect, test } from 'vitest';
import { preparedPolicies } from '../../../../../lambdas/kernel/policy/rules/prepared.ts';
import { policyEngine } from '../../../../../lambdas/kernel/policy/engine.ts';
import { parseRules } from '../../../../../lambdas/kernel/policy/rules/parse.ts';
import { INSTALLED } from '../../../../../lambdas/providers/installed.ts';
import { shippedRules } from '../../../../lib/shipped.ts';
import { resizeQuestion } from '../questions.ts';

const rules = shippedRules();
const prepared = preparedPolicies(rules);
const propose = { ...resizeQuestion(), phase: 'proposal' as const };

test('what was prepared at synth decides as the texts do', () => {
  const carried = parseRules(JSON.stringify({ ...rules, prepared }));
  expect(policyEngine(carried, INSTALLED.providers).mayPropose(propose)).toEqual(
    policyEngine(rules, INSTALLED.providers).mayPropose(propose),
  );
});

test('what was prepared of other texts does not count', () => {
  const without = { schema: rules.schema, policies: {} };
  const engine = policyEngine({ ...without, prepared }, INSTALLED.providers);
  expect(engine.mayPropose(propose)).toMatchObject({ verdict: 'refused', statements: [] });
});

test('prepared policies that were changed after synth are refused', () => {
  const changed = { ...prepared, factsOf: { ...prepared.factsOf, resizeInstance: [] } };
  expect(() => parseRules(JSON.stringify({ ...rules, prepared: changed }))).toThrow('changed after they were compiled');
});
