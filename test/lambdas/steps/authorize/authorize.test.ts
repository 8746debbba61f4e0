import { describe, expect, test } from 'vitest';
import { authorize } from '../../../../lambdas/steps/authorize/step.ts';
import type { JsonObject } from '../../../../lambdas/contracts/json.ts';
import type { Rules } from '../../../../lambdas/contracts/rules.ts';
import { trippedBreaker } from '../../../../lambdas/kernel/limits/breaker.ts';
import { takeRate } from '../../../../lambdas/kernel/limits/rate.ts';
import { runStep } from '../../../../lambdas/runtime/step.ts';
import { call } from '../../../fakes/preset-model.ts';
import { record, tripFromElsewhere } from '../../../fixtures/incident.ts';
import { APP_ARN, RESIZE, resizeTo, TestHarness, rules, withPolicies } from '../../../fixtures/harness.ts';
import { BUSY_SERVER } from '../../../local/account/example-world.ts';

const propose = async (input: (typeof RESIZE)['input'], harness?: TestHarness): Promise<TestHarness> => {
  const entered = harness ?? (await new TestHarness().begin());
  await entered.decide([call(RESIZE.tool, input)]);
  return entered;
};

const refusedBy = async (harness: TestHarness): Promise<unknown> =>
  (await harness.last('proposal.judged')).data.checks.find((check) => check.outcome === 'refused')?.check;

describe('a proposal', () => {
  test('that passes has every check of the kernel on the trace, and the facts that code computed', async () => {
    const harness = await propose(RESIZE.input);
    expect(await harness.authorize()).toBe('dry-run');
    const { data } = await harness.last('proposal.judged');
    expect(data.checks.map(({ check, outcome }) => [check, outcome])).toEqual(
      ['schema', 'allowlist', 'switch', 'target', 'breaker', 'rate', 'facts', 'policy'].map((check) => [
        check,
        'passed',
      ]),
    );
    expect(data.facts).toMatchObject({
      growPercent: 700,
      cutPercent: 0,
      evidenceCount: 4,
      sameAccount: true,
      reversible: true,
    });
    expect(data.target).toMatchObject({ arn: APP_ARN });
    expect(data.heading).toBe('Resize');
  });

  test('about a target that does not exist is refused with the reason', async () => {
    const harness = await propose({ ...RESIZE.input, instanceId: 'i-0000000000000dead' });
    expect(await harness.authorize()).toBe('decide');
    expect(await refusedBy(harness)).toBe('target');
    expect(await harness.lastReply()).toMatch(/^Refused \(target\): .*i-0000000000000dead/);
  });

  test('that changes nothing is refused with the reason', async () => {
    const harness = await propose(resizeTo('t3.small').input);
    expect(await harness.authorize()).toBe('decide');
    expect(await harness.lastReply()).toMatch(/already is a t3\.small/);
  });

  test('that policy forbids is refused with the reason of the policy', async () => {
    const world = BUSY_SERVER.replace('environment: production', '"checkrein:protect": "true"');
    const harness = await propose(RESIZE.input, await new TestHarness({ world }).begin());
    expect(await harness.authorize()).toBe('decide');
    expect(await harness.lastReply()).toMatch(/^Refused \(policy\): .*is protected by its tag checkrein:protect\.$/);
    expect((await harness.last('proposal.judged')).data.statements[0]?.id).toBe('protected-tag');
  });

  test('while the switch is off is refused', async () => {
    const harness = await propose(RESIZE.input);
    harness.switch.position = 'off';
    expect(await harness.authorize()).toBe('decide');
    expect(await refusedBy(harness)).toBe('switch');
  });

  test('while the switch is propose-only goes on to its dry run', async () => {
    const harness = await propose(RESIZE.input);
    harness.switch.position = 'propose-only';
    expect(await harness.authorize()).toBe('dry-run');
  });

  test('that AWS is too busy to describe is refused with the reason, not a failure of the run', async () => {
    const world = `${BUSY_SERVER}
faults:
  - { command: 'ec2:DescribeInstanceTypes', throttle: true }
`;
    const harness = await propose(RESIZE.input, await new TestHarness({ world }).begin());
    expect(await harness.authorize()).toBe('decide');
    expect(await refusedBy(harness)).toBe('facts');
    expect(await harness.lastReply()).toMatch(/It may work in a later turn/);
  });

  test('of more than policy ever allows trips the breaker of the target, for every incident', async () => {
    const harness = await propose(resizeTo('t3.nano').input);
    expect(await harness.authorize()).toBe('decide');
    expect((await harness.last('breaker.tripped')).data).toMatchObject({ scope: APP_ARN, policy: 'cut-bound' });
    expect(await trippedBreaker(harness.ledger, 'ec2-responder', APP_ARN)).toMatch(
      /tripped at .* in incident incident-1 by cut-bound/,
    );

    const other = new TestHarness({ ledger: harness.ledger, execution: 'incident-2' });
    await other.open(other.otherAlarm('other'));
    await other.observe();
    await propose(RESIZE.input, other);
    expect(await other.authorize()).toBe('decide');
    expect(await refusedBy(other)).toBe('breaker');
    expect(await other.lastReply()).toMatch(/Only a human can reset it/);
  });
});

const STAGING = BUSY_SERVER.replace('environment: production', 'environment: staging');
const ALONE = `@id("alone")
@reason("Growing needs no human.")
permit (principal, action == Checkrein::Action::"applyUnattended", resource) when { context.facts.reversible };`;

test('a proposal for a target that was changed too often in the last hour is refused before anything is computed', async () => {
  const harness = await new TestHarness().begin();
  const { changesPerHour } = rules.settings;
  const change = { tool: RESIZE.tool, targetArn: APP_ARN };
  for (let n = 0; n < changesPerHour.perTarget; n += 1)
    await takeRate(harness.ledger, change, `earlier-${n}`, changesPerHour, harness.clock.now());
  await harness.propose(RESIZE.tool, RESIZE.input);
  expect((await harness.last('proposal.judged')).data.facts).toEqual({});
  expect(await harness.lastReply()).toMatch(/^Refused \(rate\): Checkrein has begun 3 changes of this target/);
});

test('an account that the settings call production is production, whatever the tags of its targets say', async () => {
  const settings = { ...rules.settings, accountEnvironments: { '123456789012': 'production' } };
  const changed = { ...withPolicies({ alone: ALONE }), settings };
  const harness = await new TestHarness({ world: STAGING, rules: changed }).begin();
  await harness.propose(RESIZE.tool, RESIZE.input);
  expect((await harness.last('proposal.judged')).data.target).toMatchObject({
    environment: 'production',
    tags: { environment: 'staging' },
  });
  expect(await harness.confirm()).toBe('approve');
  await harness.grant();
  expect(await harness.apply()).toBe('verify');
});

describe('the environment that policy sees', () => {
  const environmentWith = async (tag: string, settings: Partial<Rules['settings']> = {}): Promise<unknown> => {
    const world = BUSY_SERVER.replace('environment: production', `environment: ${JSON.stringify(tag)}`);
    const inForce = { ...rules, settings: { ...rules.settings, ...settings } };
    const harness = await new TestHarness({ world, rules: inForce }).begin();
    await harness.propose(RESIZE.tool, RESIZE.input);
    const { target } = (await harness.last('proposal.judged')).data;
    expect(target?.tags['environment']).toBe(tag);
    return target?.environment;
  };

  test.each(['prod', 'prd', 'live', 'prod-eu', 'PROD', 'dev-and-prod', 't\u0435st', 'te\u200bst', 'whatever'])(
    'is production for the tag %j, which the settings do not list',
    async (tag) => {
      expect(await environmentWith(tag)).toBe('production');
    },
  );

  test.each(['dev', 'development', 'test', 'testing', 'qa', 'sandbox', 'staging', ' Staging '])(
    'is the one of the tag %j, which is no production by default',
    async (tag) => {
      expect(await environmentWith(tag)).toBe(tag.trim().toLowerCase());
    },
  );

  test('is production for everything if the settings list nothing, and what they list otherwise', async () => {
    expect(await environmentWith('dev', { nonProduction: [] })).toBe('production');
    expect(await environmentWith('playground', { nonProduction: ['playground'] })).toBe('playground');
  });

  test('is the one of the account, whose name is held to the same list', async () => {
    const account = '123456789012';
    expect(await environmentWith('prod', { accountEnvironments: { [account]: 'sandbox' } })).toBe('sandbox');
    expect(await environmentWith('dev', { accountEnvironments: { [account]: 'live' } })).toBe('production');
  });
});

describe('a confirmed plan', () => {
  const expectRefused = async (harness: TestHarness, reason: RegExp, plan = 'P1'): Promise<void> => {
    expect(await harness.confirm(plan)).toBe('decide');
    expect(await harness.lastReply()).toMatch(reason);
  };
  const planned = async (harness?: TestHarness): Promise<TestHarness> => {
    const entered = harness ?? new TestHarness();
    if (entered.at.seq === 0) await entered.begin();
    await entered.propose(RESIZE.tool, RESIZE.input);
    return entered;
  };

  test('that was decided without a policy has its id and the reason on the trace, and only then', async () => {
    const policiesOff = [{ id: 'cut-bound', reason: 'Ours is half-each-evening.' }];
    const off = { ...rules, settings: { ...rules.settings, policiesOff } };
    for (const [inEffect, recorded] of [
      [off, policiesOff],
      [rules, undefined],
    ] as const) {
      const harness = await new TestHarness({ rules: inEffect }).begin();
      await harness.propose(RESIZE.tool, RESIZE.input);
      await harness.confirm();
      expect((await harness.last('plan.judged')).data.policiesOff).toEqual(recorded);
    }
  });

  test('that policy lets no agent apply alone goes to people, as many as policy asks for', async () => {
    const harness = await planned();
    expect(await harness.confirm()).toBe('approve');
    expect((await harness.last('plan.judged')).data).toMatchObject({ verdict: 'needs-approval', approvalsNeeded: 1 });
    expect(await harness.kinds()).not.toContain('grant.issued');
  });

  test('that does not exist is refused, with those that do', async () => {
    const harness = await planned();
    expect(await harness.confirm('P9')).toBe('decide');
    expect(await harness.lastReply()).toBe('Refused (approval): This incident has no plan "P9". Plans: P1.');
  });

  test('is refused if there is no plan yet', async () => {
    const harness = await new TestHarness().begin();
    await expectRefused(harness, /Propose a change first/);
  });

  test('that was replaced by a newer one is refused', async () => {
    const harness = await planned();
    await harness.propose(RESIZE.tool, resizeTo('t3.medium').input);
    await expectRefused(harness, /P1 was replaced by P2\. Only the newest plan can be confirmed/, 'P1');
    await harness.propose(RESIZE.tool, resizeTo('t3.large').input);
    await expectRefused(harness, /P2 was replaced by P3/, 'P2');
    expect(await harness.confirm('P3')).toBe('approve');
  });

  test('is confirmed once', async () => {
    const harness = await planned();
    harness.switch.position = 'propose-only';
    await harness.confirm();
    harness.switch.position = 'on';
    await expectRefused(harness, /P1 was confirmed before/);
  });

  test('is not confirmed again under a new handle, when nothing about it is new', async () => {
    const harness = await planned();
    harness.switch.position = 'propose-only';
    await harness.confirm();
    harness.switch.position = 'on';
    await planned(harness);
    await expectRefused(harness, /P2 is P1 again to the letter/, 'P2');
  });

  test.each(['propose-only', 'off'] as const)('while the switch is %s is refused', async (position) => {
    const harness = await planned();
    harness.switch.position = position;
    await expectRefused(harness, new RegExp(`The kill switch is ${position}: changes are not applied`));
  });

  test('that costs more than policy allows is refused with what it would cost', async () => {
    const dear = `@reason("{costDelta} a month is too much.")
forbid (principal, action in Checkrein::Action::"change", resource) when { context has report && context.report.costDeltaCentsPerMonth > 100 };`;
    const harness = await planned(new TestHarness({ rules: withPolicies({ dear }) }));
    await expectRefused(harness, /^Refused \(policy\): \$\d+\.\d\d a month is too much\.$/);
    expect((await harness.last('plan.judged')).data.verdict).toBe('refused');
  });

  test('that no number of people can release is refused', async () => {
    const never = `@reason("Nobody may.") forbid (principal, action == Checkrein::Action::"release", resource);`;
    const harness = await planned(new TestHarness({ rules: withPolicies({ never }) }));
    expect(await harness.confirm()).toBe('decide');
    expect(await harness.lastReply()).toBe('Refused (approval): Nobody may.');
    const { checks } = (await harness.last('plan.judged')).data;
    expect(checks.map(({ check }) => check)).toEqual(['switch', 'breaker', 'calendar', 'policy', 'approval']);
  });

  test('for a target whose breaker has tripped since is refused', async () => {
    const harness = await planned();
    await tripFromElsewhere(harness.ports, { scope: APP_ARN, policy: 'cut-bound', reason: 'Too much.' });
    await expectRefused(harness, /^Refused \(breaker\): .*tripped at .* by cut-bound: Too much/);
    expect((await harness.last('plan.judged')).data.checks).toMatchObject([{ check: 'breaker', outcome: 'refused' }]);
  });

  test('in a change freeze goes to people, with the message of the calendar', async () => {
    const harness = await planned();
    harness.calendar.closed = 'The change calendar sale is closed.';
    expect(await harness.confirm()).toBe('approve');
    const { data } = await harness.last('plan.judged');
    expect(data).toMatchObject({ verdict: 'needs-approval', freeze: 'The change calendar sale is closed.' });
    expect(data.checks).toContainEqual({
      check: 'calendar',
      outcome: 'passed',
      reason: 'The change calendar sale is closed. Only a person can let this plan through.',
    });
  });

  test('in a change freeze is never applied without a human, whatever policy permits', async () => {
    const harness = await planned(new TestHarness({ world: STAGING, rules: withPolicies({ alone: ALONE }) }));
    harness.calendar.closed = 'The change calendar sale is closed.';
    expect(await harness.confirm()).toBe('approve');
    expect(await harness.kinds()).not.toContain('grant.issued');
  });

  test('that policy lets through without a human has its grants at once, in the name of the policy', async () => {
    const harness = await planned(new TestHarness({ world: STAGING, rules: withPolicies({ alone: ALONE }) }));
    expect(await harness.confirm()).toBe('apply');
    const { grants } = (await harness.last('grant.issued')).data;
    expect(grants.map(({ purpose, approvers }) => [purpose, approvers])).toEqual([
      ['apply', ['policy:alone']],
      ['rollback', ['policy:alone']],
    ]);
    expect(await harness.apply()).toBe('verify');
  });
});

test('a plan that policy lets through is granted nothing by a deployment without the key for that, and the error says why', async () => {
  const harness = await new TestHarness({ world: STAGING, rules: withPolicies({ alone: ALONE }) }).begin();
  await harness.propose(RESIZE.tool, RESIZE.input);
  await harness.decide([call('confirm_plan', { plan: 'P1' })]);
  await expect(harness.authorize({ unattendedMac: undefined })).rejects.toThrow(/has no key for such grants/);
  expect(await harness.kinds()).not.toContain('grant.issued');
});

test('a call that Decide would have refused is refused by Authorize too', async () => {
  const harness = await new TestHarness().begin();
  await harness.decide([call(RESIZE.tool, RESIZE.input)]);
  const agents = rules.agents.map((agent) => ({ ...agent, tools: { ...agent.tools, change: [] } }));
  await runStep(authorize, harness.at, { ...harness.ports, rules: { ...rules, agents } });
  expect(await refusedBy(harness)).toBe('allowlist');
});

/** Enters Authorize by hand, as the state machine would not, with a call that Decide has not passed on. */
const forced = async (tool: string, input: JsonObject): Promise<TestHarness> => {
  const harness = await new TestHarness().begin();
  await record(harness.ports, harness.at.incidentId, 'decide', 'model.called', {
    turn: 1,
    content: [{ type: 'tool_use', id: 'forced', name: tool, input }],
    stopReason: 'tool_use',
    model: 'm',
    usage: { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0 },
    costMicroUsd: 1,
    latencyMs: 1,
  });
  harness.at = { ...harness.at, seq: harness.at.seq + 1 };
  expect(await harness.authorize()).toBe('decide');
  return harness;
};

test('a call whose input Decide would have refused is refused by Authorize too', async () => {
  const harness = await forced(RESIZE.tool, { ...RESIZE.input, approved: true });
  expect((await harness.last('proposal.judged')).data.checks).toMatchObject([{ check: 'schema', outcome: 'refused' }]);
});

test('a call that only reads is refused as a change', async () => {
  const harness = await forced('describe_alarm', { alarm: 'cpu-high' });
  expect((await harness.last('proposal.judged')).data.checks).toMatchObject([
    { check: 'allowlist', outcome: 'refused' },
  ]);
});
