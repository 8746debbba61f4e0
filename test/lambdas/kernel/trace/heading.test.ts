import { expect, test } from 'vitest';
import { Target } from '../../../../lambdas/contracts/plan.ts';
import { changeInWords, headingOf, mailSubject, targetLine } from '../../../../lambdas/kernel/trace/heading.ts';

const target = Target.parse({
  kind: 'kubernetes-workload',
  id: 'shop/deployments/cart',
  provider: 'kubernetes',
  ref: 'k8s://prod/shop/deployments/cart',
  account: '123456789012',
  region: 'eu-west-1',
  environment: 'production',
  tags: {},
});
const report = (diff: { field: string; before: string; after: string }[]) => ({
  checks: [],
  diff,
  cost: { deltaCentsPerMonth: null, says: 'unknown: no price' },
  disruption: { level: 'none' as const, says: 'None.' },
  rollback: { reversible: true, says: 'Back.' },
});
const heading = (...diff: { field: string; before: string; after: string }[]) =>
  String(headingOf({ tool: 'set_resources', target, report: report(diff) }));

test('the target of a change says which cluster it is in, since several have the same names', () => {
  expect(String(targetLine(target))).toBe('shop/deployments/cart in cluster prod, account 123456789012, eu-west-1');
});

test('a change is called what its tool said that it does when the plan was made, whatever tool that is', () => {
  const plan = { tool: 'keep_log_days', heading: 'Keep the events of', target };
  expect(String(headingOf({ ...plan, report: report([]) }))).toBe('Keep the events of shop/deployments/cart');
  expect(String(changeInWords(plan))).toBe('keep the events of shop/deployments/cart');
  expect(String(mailSubject('Approve:', plan))).toMatch(/^Approve: keep the events of shop/);
});

test('a plan without a heading has the one of the version that made it, or the words of the name of its tool', () => {
  expect(String(changeInWords({ tool: 'resize_instance', target }))).toBe('resize shop/deployments/cart');
  expect(String(changeInWords({ tool: 'keep_log_days', target }))).toBe('keep log days shop/deployments/cart');
  expect(String(changeInWords({ tool: 'constructor', target }))).toBe('constructor shop/deployments/cart');
});

test('one setting goes without its name, unless it is that of a part of the target', () => {
  expect(heading({ field: 'replicas', before: '3', after: '5' })).toMatch(/cart: 3 → 5$/);
  expect(heading({ field: 'api.limits.memory', before: '128Mi', after: '192Mi' })).toMatch(
    /cart: api\.limits\.memory 128Mi → 192Mi$/,
  );
});

test('values that differ only where a heading cuts them are left out of it', () => {
  const image = (tag: string): string => `registry-of-the-whole-company/checkout:${tag}`;
  expect(heading({ field: 'web.image', before: image('1'), after: image('2') })).toMatch(/cart: web\.image$/);
});
