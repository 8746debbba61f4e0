import { describe, expect, test } from 'vitest';
import { ToolRefusal } from '../../../../lambdas/contracts/errors.ts';
import type { Target } from '../../../../lambdas/contracts/plan.ts';
import { factsOf } from '../../../../lambdas/contracts/tool.ts';
import { policyEngine, type PolicyEngine } from '../../../../lambdas/kernel/policy/engine.ts';
import { WITH_FLAGS } from '../../../fakes/flag-provider/installed.ts';
import { FLAG_RULES } from '../../../fixtures/flags.ts';
import { SET_FLAG } from '../../../fakes/flag-provider/tools.ts';
import { harmless, instanceTarget, resizeQuestion } from './questions.ts';

/** What a policy gets by `resource in` a group: the groups come from the provider of the target. */

const CHANGE = 'action in Checkrein::Action::"change"';
const agent = { name: 'ec2-responder', tools: { observe: [], change: ['resize_instance', 'set_flag'] } };

const flag: Target = {
  kind: 'feature-flag',
  id: 'checkout/new-cart',
  provider: 'flags',
  ref: 'flags://checkout/new-cart',
  account: '123456789012',
  region: 'eu-west-1',
  environment: 'production',
  tags: {},
};
const declared: readonly string[] = factsOf(SET_FLAG.manifest);
const flagQuestion = {
  tool: SET_FLAG.manifest.name,
  target: flag,
  facts: Object.fromEntries(Object.entries(harmless).filter(([name]) => declared.includes(name))),
};

type Question = Pick<Parameters<PolicyEngine['mayPropose']>[0], 'tool' | 'target' | 'facts'>;

/** Whether a policy that forbids every change of what is in a group refuses this one. */
const isIn = (question: Question, group: string): boolean => {
  const policies = {
    all: `@id("all") @reason("All.") permit (principal, ${CHANGE}, resource);`,
    group: `@id("group") @reason("Not in there.") forbid (principal, ${CHANGE}, resource in Checkrein::${group});`,
  };
  const policy = policyEngine({ policies, schema: FLAG_RULES.schema }, WITH_FLAGS.providers);
  const decision = policy.mayPropose({ ...question, agent, phase: 'proposal' });
  expect(decision.statements.map(({ reason }) => reason)).toEqual([expect.stringMatching(/^(All|Not in there)\.$/)]);
  return decision.verdict === 'refused';
};

const { account } = instanceTarget;

describe('a target of AWS', () => {
  test.each([
    [`Account::"${account}"`, true],
    ['Account::"999999999999"', false],
    [`Account::"${account} "`, false],
    [`Cluster::"${account}"`, false],
    [`Namespace::"${account}"`, false],
  ])('in %s: %s', (group, expected) => {
    expect(isIn(resizeQuestion(), group)).toBe(expected);
  });
});

describe('a target of a provider with clusters and namespaces', () => {
  test.each([
    ['Namespace::"123456789012/flags/checkout"', true],
    ['Cluster::"123456789012/flags"', true],
    ['Account::"123456789012"', true],
    ['Namespace::"123456789012/flags/search"', false],
    ['Cluster::"999999999999/flags"', false],
    ['Account::"999999999999"', false],
  ])('in %s: %s', (group, expected) => {
    expect(isIn(flagQuestion, group)).toBe(expected);
  });
});

test('a provider that cannot say which groups a target is in permits nothing, in words', () => {
  const parentsOf = (): never => {
    throw new ToolRefusal('no such cluster');
  };
  const providers = WITH_FLAGS.providers.map((one) => ({ ...one, parentsOf }));
  const policies = { all: `@id("all") @reason("All.") permit (principal, ${CHANGE}, resource);` };
  const policy = policyEngine({ policies, schema: FLAG_RULES.schema }, providers);
  const decision = policy.mayPropose({ ...flagQuestion, agent, phase: 'proposal' });
  expect(decision.verdict).toBe('refused');
  expect(decision.reason).toContain(
    'cannot say which groups the target is in, so nothing is permitted: no such cluster',
  );
});
