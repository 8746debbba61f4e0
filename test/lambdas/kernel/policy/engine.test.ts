import { describe, expect, test } from 'vitest';
import { ERROR } from '../../../../lambdas/contracts/error-names.ts';
import { compileRules } from '../../../../lambdas/kernel/policy/rules/compile.ts';
import { policyEngine } from '../../../../lambdas/kernel/policy/engine.ts';
import { settings } from './rules/config-copy.ts';
import { askedOf, costing, harmless, instanceTarget, reboot, resizeQuestion } from './questions.ts';
import { INSTALLED } from '../../../../lambdas/providers/installed.ts';

const { schema } = compileRules('config', settings, INSTALLED);
const CHANGE = 'action in Checkrein::Action::"change"';
const PERMIT = `@id("all") @reason("All.") permit (principal, ${CHANGE}, resource);`;
const RELEASE = 'action == Checkrein::Action::"release"';
const engineOf = (policies: Record<string, string>) => policyEngine({ policies, schema }, INSTALLED.providers);
const propose = (policies: Record<string, string>, question = resizeQuestion()) =>
  engineOf(policies).mayPropose({ ...question, phase: 'plan' });

test('without any policy, everything is refused with a reason', () => {
  expect(propose({})).toEqual({
    verdict: 'refused',
    reason: 'No policy permits ec2-responder to propose resize_instance on i-0123456789abcdef0.',
    statements: [],
    tripsBreaker: null,
  });
  expect(engineOf({}).approvalsNeeded(resizeQuestion()).reason).toBe(
    'No number of approvals up to 5 releases resize_instance on i-0123456789abcdef0.',
  );
});

test.each([
  ['reads a fact that is not there', 'context.facts.nonesuch > 1', 'nonesuch'],
  ['overflows', 'context.facts.minutesSinceLastCut * 9223372036854775807 > 0', 'overflow'],
  ['compares different types', 'context.facts.cutPercent > "1"', 'type error'],
])('a forbid that %s refuses, though Cedar itself would leave it out and allow', (_, condition, message) => {
  const decision = propose({
    all: PERMIT,
    broken: `@reason("Broken.") forbid (principal, ${CHANGE}, resource) when { ${condition} };`,
  });
  expect(decision).toMatchObject({ verdict: 'refused', statements: [] });
  expect(decision.reason).toMatch(/^Policy could not be evaluated, so nothing is permitted: policy "broken" fails: /);
  expect(decision.reason).toContain(message);
});

test.each([
  [
    'a declared fact is missing',
    { ...resizeQuestion(), facts: { ...harmless, cutPercent: undefined } },
    'resize_instance came without the fact cutPercent',
  ],
  ['a fact is not a number', resizeQuestion({ cutPercent: NaN }), 'The fact cutPercent is neither a whole number'],
  ['a fact is a fraction', resizeQuestion({ cutPercent: 30.5 }), 'The fact cutPercent is neither a whole number'],
  [
    'a fact is beyond exact numbers',
    resizeQuestion({ cutPercent: 2 ** 60 }),
    'The fact cutPercent is neither a whole number',
  ],
  [
    'a fact is not declared by the tool',
    resizeQuestion({ costKnown: true }),
    'with the fact costKnown, which it does not declare',
  ],
  [
    'the tool is unknown',
    { ...resizeQuestion(), tool: 'drop_table' },
    '"drop_table" is not a change tool that policy knows',
  ],
  [
    'the tool bears the name of another question',
    { ...resizeQuestion(), tool: 'release' },
    '"release" is not a change tool',
  ],
  ['the tool only reads', { ...resizeQuestion(), tool: 'get_metrics' }, '"get_metrics" is not a change tool'],
])('when %s, nothing is permitted', (_, question, message) => {
  const facts = Object.fromEntries(Object.entries(question.facts).filter(([, value]) => value !== undefined));
  const decision = propose({ all: PERMIT }, { ...question, facts });
  expect(decision.verdict).toBe('refused');
  expect(decision.reason).toContain(message);
});

test('a fact of the wrong type is refused', () => {
  expect(propose({ all: PERMIT }, resizeQuestion({ cutPercent: true })).verdict).toBe('refused');
});

describe('a tag of the target', () => {
  const forbidden = (condition: string, tags: Record<string, string>): boolean => {
    const mine = `@reason("No.") forbid (principal, ${CHANGE}, resource) when { ${condition} };`;
    return propose({ all: PERMIT, mine }, resizeQuestion({}, { tags })).verdict === 'refused';
  };

  test.each([
    { 'Checkrein:Protect': 'true' },
    { 'checkrein:protect ': 'true' },
    { ' CHECKREIN:PROTECT': 'true ' },
    { 'checkrein:protect': 'false', 'Checkrein:Protect': 'true' },
    { 'checkrein:protect': 'true', 'Checkrein:Protect': 'false' },
  ])('is found by its key in lower case: %j', (tags) => {
    const condition = 'resource.hasTag("checkrein:protect") && resource.getTag("checkrein:protect") != "false"';
    expect(forbidden(condition, tags)).toBe(true);
    expect(forbidden(condition, { 'checkrein:protect': 'false', Name: 'true' })).toBe(false);
  });

  test('is found by its key as it is stored too, and has no blanks around its value', () => {
    expect(forbidden('resource.hasTag("Team") && resource.getTag("Team") == "shop"', { Team: 'shop' })).toBe(true);
    expect(forbidden('resource.hasTag("tier") && resource.getTag("tier") == "gold"', { Tier: 'gold ' })).toBe(true);
  });
});

test('minus zero, which rounding makes, is zero', () => {
  expect(propose({ all: PERMIT }, { ...resizeQuestion({ cutPercent: -0 }), report: costing(-0) }).verdict).toBe(
    'permitted',
  );
});

test('a permit to propose does not permit to apply, to approve or to release', () => {
  const engine = engineOf({ all: PERMIT });
  expect(engine.mayApplyUnattended(resizeQuestion()).verdict).toBe('refused');
  expect(engine.mayApprove(askedOf('sre')).verdict).toBe('refused');
  expect(engine.approvalsNeeded(resizeQuestion()).verdict).toBe('refused');
});

test('a reason is filled with facts, target and cost, on one line', () => {
  const reason =
    'Cut {cutPercent} % of {kind} {id} in {environment}: {costDelta} for {agent} by {tool}, {reversible}, {approver}.';
  const question = {
    ...resizeQuestion({ cutPercent: 31 }, { environment: 'pro\nduction\u0007' }),
    report: costing(-123456),
  };
  const decision = propose({ mine: `@reason("${reason}") forbid (principal, ${CHANGE}, resource);` }, question);
  expect(decision.reason).toBe(
    'Cut 31 % of ec2-instance i-0123456789abcdef0 in pro duction : -$1234.56 for ec2-responder by resize_instance, true, unknown.',
  );
});

test('all policies that refuse are named, in the order of their ids', () => {
  const forbid = (reason: string) => `@reason("${reason}") forbid (principal, ${CHANGE}, resource);`;
  expect(propose({ all: PERMIT, zebra: forbid('Z.'), ant: forbid('A.') })).toMatchObject({
    verdict: 'refused',
    reason: 'A. Z.',
    statements: [
      { id: 'ant', effect: 'forbid', reason: 'A.' },
      { id: 'zebra', effect: 'forbid', reason: 'Z.' },
    ],
  });
});

test('a policy about one tool sees that tool by name, and the environment of the target', () => {
  const policies = {
    mine: '@reason("Yes.") permit (principal == Checkrein::Agent::"ec2-responder", action == Checkrein::Action::"applyUnattended", resource) when { context.tool == "resize_instance" && resource.environment == "test" };',
  };
  const engine = engineOf(policies);
  expect(engine.mayApplyUnattended(resizeQuestion({}, { environment: 'test' }))).toMatchObject({
    verdict: 'permitted',
    statements: [{ id: 'mine', effect: 'permit' }],
  });
  expect(engine.mayApplyUnattended(resizeQuestion()).verdict).toBe('refused');
  expect(engine.mayApplyUnattended(reboot({ environment: 'test' }))).toMatchObject({
    verdict: 'refused',
    statements: [],
  });
});

test.each([1, 2, 5])('a policy that wants %i approvals gets that many', (wanted) => {
  const policies = {
    mine: `@reason("{approvals}.") permit (principal, ${RELEASE}, resource) when { context.approvals >= ${wanted} };`,
  };
  expect(engineOf(policies).approvalsNeeded(resizeQuestion())).toMatchObject({
    verdict: 'permitted',
    needed: wanted,
    reason: `${wanted}.`,
  });
});

test('a policy that wants more people than can be asked refuses the plan', () => {
  const policies = {
    mine: `@reason("Six.") permit (principal, ${RELEASE}, resource) when { context.approvals >= 6 };`,
  };
  expect(engineOf(policies).approvalsNeeded(resizeQuestion()).verdict).toBe('refused');
});

test('a quorum whose smaller numbers cannot be evaluated is not released by a larger one', () => {
  const policies = {
    all: `@reason("Yes.") permit (principal, ${RELEASE}, resource) when { context.approvals >= 2 };`,
    broken: `@reason("Broken.") forbid (principal, ${RELEASE}, resource) when { context.approvals < 2 && context.nonesuch };`,
  };
  const quorum = engineOf(policies).approvalsNeeded(resizeQuestion());
  expect(quorum.verdict).toBe('refused');
  expect(quorum.reason).toContain('policy "broken" fails');
});

test('two engines of different rules do not mix', () => {
  const open = engineOf({ all: PERMIT });
  const shut = engineOf({});
  expect(open.mayPropose({ ...resizeQuestion(), phase: 'proposal' }).verdict).toBe('permitted');
  expect(shut.mayPropose({ ...resizeQuestion(), phase: 'proposal' }).verdict).toBe('refused');
});

test('rules that do not parse decide nothing', () => {
  const unreadable = [
    engineOf({ bad: 'permit (' }),
    policyEngine({ policies: {}, schema: 'entity' }, INSTALLED.providers),
  ];
  for (const engine of unreadable)
    expect(() => engine.mayPropose({ ...resizeQuestion(), phase: 'proposal' })).toThrow(
      expect.objectContaining({ name: ERROR.misconfigured }),
    );
});

test('a target whose tags are hostile is still only data', () => {
  const tags = { '"};': 'permit(principal,action,resource);', 'checkrein:protect': 'true' };
  const forbid = `@reason("Protected.") forbid (principal, ${CHANGE}, resource) when { resource.hasTag("checkrein:protect") };`;
  expect(
    propose({ all: PERMIT, protect: forbid }, { ...resizeQuestion(), target: { ...instanceTarget, tags } }).reason,
  ).toBe('Protected.');
});
