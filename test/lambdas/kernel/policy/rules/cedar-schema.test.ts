import { checkParseSchema, schemaToJson } from '@cedar-policy/cedar-wasm/nodejs';
import { expect, test } from 'vitest';
import { CAPACITY_FACTS, KERNEL_FACTS } from '../../../../../lambdas/contracts/facts.ts';
import { cedarSchema } from '../../../../../lambdas/kernel/policy/rules/cedar-schema.ts';
import { CATALOGUE } from '../../../../../lambdas/tools/catalogue.ts';

const schema = cedarSchema(CATALOGUE.manifests);

test('the schema beside the shipped policies is the one that the fact registry and the tools generate', async () => {
  await expect(schema).toMatchFileSnapshot('../../../../../policies/checkrein.cedarschema');
});

test('Cedar accepts the schema', () => {
  expect(checkParseSchema(schema)).toEqual({ type: 'success' });
});

test('every change tool is an action of the group "change", and no observe tool is an action', () => {
  const answer = schemaToJson(schema);
  const actions = answer.type === 'success' ? (answer.json['Checkrein']?.actions ?? {}) : {};
  const tools = CATALOGUE.manifests.filter((one) => one.kind === 'change');
  expect(Object.keys(actions).toSorted()).toEqual(
    [...tools.map((one) => one.name), 'applyUnattended', 'approve', 'change', 'release'].toSorted(),
  );
  for (const { name } of tools) expect(actions[name]?.memberOf).toEqual([{ id: 'change' }]);
});

test('an action requires the facts of its tool and of the kernel, and leaves report facts to the report', () => {
  const text = cedarSchema(
    CATALOGUE.manifests.map((one) =>
      one.kind === 'change' ? { ...one, capacity: undefined, facts: [...CAPACITY_FACTS, 'costKnown'] } : one,
    ),
  );
  const action = text.slice(text.indexOf('action resize_instance'), text.indexOf('action set_auto_scaling_capacity'));
  for (const name of ['cutPercent', ...KERNEL_FACTS]) expect(action).toMatch(new RegExp(`^ +${name}: `, 'm'));
  expect(action).not.toContain('costKnown');
  expect(action).not.toContain('memoryMiBAfter');
});
