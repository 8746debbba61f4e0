import { expect, test } from 'vitest';
import { canApplyUnattended } from '../../../../../lambdas/kernel/policy/rules/unattended-permits.ts';
import { cedarSchema } from '../../../../../lambdas/kernel/policy/rules/cedar-schema.ts';
import { CATALOGUE } from '../../../../../lambdas/tools/catalogue.ts';

const schema = cedarSchema(CATALOGUE.manifests);
const can = (head: string, effect = 'permit', more = '', of = schema): boolean =>
  canApplyUnattended({ policies: { one: `${effect} (principal, ${head}, resource) ${more};` }, schema: of });
const named = (...names: readonly string[]): string => names.map((name) => `Checkrein::Action::"${name}"`).join(', ');

test.each([
  ['names it', `action == ${named('applyUnattended')}`],
  ['lists it', `action in [${named('approve', 'applyUnattended')}]`],
  ['is about what is in it', `action in ${named('applyUnattended')}`],
  ['names no action', 'action'],
])('a permit that %s may let a change through without a person', (_what, head) => {
  expect(can(head)).toBe(true);
});

test('conditions are not judged: a permit that never matches counts too', () => {
  expect(can(`action == ${named('applyUnattended')}`, 'permit', 'when { false }')).toBe(true);
  expect(can('action', 'permit', `unless { action == ${named('applyUnattended')} }`)).toBe(true);
});

test('a permit for a group of actions counts if the action is in the group, or in a group of the group', () => {
  const grouped = schema
    .replace('action applyUnattended appliesTo', 'action applyUnattended in [inner] appliesTo')
    .replace('action change;', 'action change;\n  action outer;\n  action inner in [outer];');
  expect(can(`action in ${named('outer')}`, 'permit', '', grouped)).toBe(true);
  expect(can(`action in ${named('change')}`, 'permit', '', grouped)).toBe(false);
});

test.each([
  ['a forbid', 'forbid', `action == ${named('applyUnattended')}`],
  ['a permit for another action', 'permit', `action == ${named('approve')}`],
  ['a permit for a list of others', 'permit', `action in [${named('approve', 'release')}]`],
  ['a permit for every change tool', 'permit', `action in ${named('change')}`],
])('%s lets no change through without a person', (_what, effect, head) => {
  expect(can(head, effect)).toBe(false);
});
