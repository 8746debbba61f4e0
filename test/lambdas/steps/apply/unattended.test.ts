import { describe, expect, test } from 'vitest';
import type { Plan } from '../../../../lambdas/contracts/plan.ts';
import { forgeUnattended } from '../../../fixtures/compromised-authorize.ts';
import { begun, NO_HELP, RESIZE, TestHarness, rules, rulesWith, withPolicies } from '../../../fixtures/harness.ts';
import { record } from '../../../fixtures/incident.ts';
import { HmacMac } from '../../../fakes/small-ports.ts';
import { BUSY_SERVER } from '../../../local/account/example-world.ts';

const STAGING = BUSY_SERVER.replace('environment: production', 'environment: staging');
const unattended = (condition: string): Record<string, string> => ({
  alone: `@id("alone")
@reason("It needs no human.")
permit (principal, action == Checkrein::Action::"applyUnattended", resource) when { ${condition} };`,
});

type Forgery = Parameters<typeof forgeUnattended>[2];
type Options = { readonly world?: string; readonly condition?: string };

/** An incident with a plan that waits for approval, and an Authorize that grants it all the same. */
const forged = async (forgery: Forgery, { world = STAGING, condition = 'false' }: Options = {}) => {
  const harness = await begun({ world, rules: withPolicies(unattended(`context.facts.reversible && ${condition}`)) });
  await harness.propose(RESIZE.tool, RESIZE.input);
  await harness.confirm();
  await forge(harness, forgery);
  return harness;
};

const forge = async (harness: TestHarness, forgery: Forgery): Promise<void> => {
  const { unattendedMac: mac = new HmacMac('nobody’s key') } = harness.ports;
  await forgeUnattended({ ...harness.ports, mac }, harness.at.incidentId, forgery);
  harness.at = { ...harness.at, seq: (await harness.events()).length };
};

const expectNoChange = async (harness: TestHarness, reason: RegExp): Promise<void> => {
  const before = harness.mutations.length;
  expect(await harness.apply()).toBe('decide');
  expect(await harness.lastReply()).toMatch(reason);
  expect(harness.mutations).toHaveLength(before);
};

const expectNoRollback = async (harness: TestHarness): Promise<void> => {
  const before = harness.mutations.length;
  expect(await harness.rollback()).toBe('close');
  expect((await harness.last('escalation.asked')).data.reason).toMatch(/was not applied without a person/);
  expect(harness.mutations).toHaveLength(before);
};

const facts = (more: Plan['facts']) => (plan: Plan) => ({ ...plan, facts: { ...plan.facts, ...more } });

describe('a compromised Authorize', () => {
  test('grants nothing that policy leaves to people', async () => {
    await expectNoChange(await forged({}), /\(policy\) .*not without a person.*No policy permits resize_instance/);
  });

  test('grants nothing in production, whatever policy permits elsewhere', async () => {
    const harness = await forged({}, { world: BUSY_SERVER, condition: 'true' });
    await expectNoChange(harness, /is in production: a person must approve/);
  });

  test('makes up facts in vain: Apply computes them again', async () => {
    const condition = 'context.facts has growPercent && context.facts.growPercent <= 50';
    await expectNoChange(await forged({ plan: facts({ growPercent: 10 }) }, { condition }), /\(policy\)/);
  });

  test('makes up a price in vain: Apply computes it again', async () => {
    const plan = ({ report, ...rest }: Plan): Plan => ({
      ...rest,
      report: { ...report, cost: { deltaCentsPerMonth: 0, says: 'Nothing.' } },
    });
    const condition = 'context.report.costKnown && context.report.costDeltaCentsPerMonth <= 100';
    await expectNoChange(await forged({ plan }, { condition }), /\(policy\)/);
  });

  test('grants nothing that people were asked about, even if policy permits it by now', async () => {
    const harness = await begun({ world: STAGING, rules: withPolicies(unattended('context.facts.reversible')) });
    harness.calendar.closed = 'The change calendar sale is closed.';
    await harness.propose(RESIZE.tool, RESIZE.input);
    expect(await harness.confirm()).toBe('approve');
    const { digest } = (await harness.last('plan.judged')).data;
    const asked = { approvalId: 'approval-1', approvers: [], needed: 1, expiresAt: '2026-11-21T00:00:00.000Z' };
    await record(harness.ports, harness.at.incidentId, 'approve', 'approval.asked', { ...asked, digest: digest ?? '' });
    harness.calendar.closed = undefined;
    await forge(harness, {});
    await expectNoChange(harness, /People were asked about this plan/);
  });

  test.each(['failed', 'unknown', 'applied'] as const)(
    'grants nothing that was tried before, whatever came of it: %s',
    async (outcome) => {
      const harness = await forged({}, { condition: 'true' });
      const { digest } = (await harness.last('plan.judged')).data;
      const tried = { purpose: 'apply' as const, outcome, reconciled: false, state: null, error: null };
      const { incidentId } = harness.at;
      await record(harness.ports, incidentId, 'apply', 'apply.finished', { ...tried, digest: digest ?? '' });
      await forge(harness, {});
      await expectNoChange(harness, /This plan was tried before/);
    },
  );

  test.each<[what: string, plan: (plan: Plan) => Plan]>([
    ['result', (plan) => ({ ...plan, after: { instanceType: 't3.2xlarge', state: 'running' } })],
    ['rollback', (plan) => ({ ...plan, inverse: { reversible: true, input: NO_HELP.input, says: 'Back.' } })],
    ['target', (plan) => ({ ...plan, target: { ...plan.target, environment: 'dev' } })],
  ])('makes up the %s of a change in vain', async (_what, plan) => {
    await expectNoChange(await forged({ plan }, { condition: 'true' }), /not the change that its input makes/);
  });

  test('grants no tool that the agent does not have', async () => {
    const harness = await forged({}, { condition: 'true' });
    const { agents } = rulesWith({ tools: { observe: [], change: ['reboot_instance'] } });
    expect(await harness.apply({ rules: { ...harness.ports.rules, agents } })).toBe('decide');
    expect(await harness.lastReply()).toMatch(/resize_instance is not granted to ec2-responder/);
    expect(harness.mutations).toEqual([]);
  });

  test('cannot override a change freeze, which only a person can', async () => {
    const harness = await forged({ breakGlass: true }, { condition: 'true' });
    harness.calendar.closed = 'The change calendar sale is closed.';
    await expectNoChange(harness, /only a person can/);
  });

  test.each([
    ['a person', ['ana@example.com'], /The MAC of the grant does not hold\./],
    ['a person beside a policy', ['policy:alone', 'ana@example.com'], /names policies and people/],
  ])('cannot grant in the name of %s', async (_who, approvers, reason) => {
    await expectNoChange(await forged({ approvers }, { condition: 'true' }), reason);
  });

  test('has no key at all where no policy permits a change without a person', async () => {
    const harness = await begun();
    expect(harness.ports.unattendedMac).toBeUndefined();
    await harness.propose(RESIZE.tool, RESIZE.input);
    await harness.confirm();
    await forge(harness, {});
    await expectNoChange(harness, /no policy of this deployment permits a change without a person/);
  });

  test('rolls back nothing that was not applied, whatever it writes about a verification', async () => {
    // A plan that is fulfilled already, and whose rollback is a change.
    const inverse = { reversible: true as const, input: NO_HELP.input, says: 'Back.' };
    const plan = (newest: Plan): Plan => ({ ...newest, after: newest.before, inverse });
    await expectNoRollback(await forged({ plan, verified: true }, { condition: 'true' }));
  });

  test.each(['of its own', 'of the grant of the person'])(
    'rolls back nothing that a person approved, under a grant with an id %s',
    async (whose) => {
      const harness = await forged({}, { condition: 'false' });
      await harness.grant();
      const id = (await harness.last('grant.issued')).data.grants[0]?.id ?? '';
      expect(await harness.apply()).toBe('verify');
      await forge(harness, { verified: true, ...(whose === 'of its own' ? {} : { id }) });
      await expectNoRollback(harness);
    },
  );
});

test('what policy permits without a person is applied and rolled back under its grants', async () => {
  const policies = unattended('context.facts.reversible');
  const harness = await begun({ world: STAGING, rules: withPolicies(policies) });
  await harness.propose(NO_HELP.tool, NO_HELP.input);
  expect(await harness.confirm()).toBe('apply');
  expect(await harness.apply()).toBe('verify');
  expect((await harness.last('apply.checked')).data.checks).toContainEqual({
    check: 'policy',
    outcome: 'passed',
    reason: 'Policy permits the change without a person: It needs no human.',
  });
  expect(await harness.untilVerified()).toBe('rollback');
  expect(await harness.rollback()).toBe('decide');
});

test('a plan that policy has let through is refused if the rules of Apply say otherwise', async () => {
  const harness = await begun({ world: STAGING, rules: withPolicies(unattended('context.facts.reversible')) });
  await harness.propose(RESIZE.tool, RESIZE.input);
  expect(await harness.confirm()).toBe('apply');
  const policy = new TestHarness({ world: STAGING, rules }).ports.policy;
  expect(await harness.apply({ policy })).toBe('decide');
  expect(await harness.lastReply()).toMatch(/No policy permits resize_instance .* without a human/);
});
