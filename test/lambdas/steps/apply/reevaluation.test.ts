import { describe, expect, test } from 'vitest';
import { breakers } from '../../../../lambdas/kernel/limits/breaker.ts';
import type { EventKind } from '../../../../lambdas/contracts/events.ts';
import { planOutcome } from '../../../../lambdas/kernel/trace/plan-outcome.ts';
import { currentPlan } from '../../../../lambdas/kernel/trace/queries.ts';
import { policyEngine } from '../../../../lambdas/kernel/policy/engine.ts';
import type { Rules } from '../../../../lambdas/contracts/rules.ts';
import { Crash, CrashingLedger } from '../../../fakes/crashing-ledger.ts';
import {
  APP,
  begun,
  granted,
  NO_HELP,
  REBOOT,
  RESIZE,
  rules,
  rulesWith,
  withPolicies,
  type HarnessOptions,
  type TestHarness,
} from '../../../fixtures/harness.ts';
import { BUSY_SERVER } from '../../../local/account/example-world.ts';
import { INSTALLED } from '../../../../lambdas/providers/installed.ts';

const [SECOND, THIRD] = ['i-0b1b2c3d4e5f60718', 'i-0c1b2c3d4e5f60718'];

/** A fleet of three, and what somebody does to it once Checkrein has dry-run a reboot. */
const fleetOfThree = (meanwhile: string): string => `
about: a busy fleet of three
now: 2026-11-20T09:26:20Z
groups:
  - name: web
    min: 1
    max: 3
    desired: 3
    instanceType: t3.small
    zones: [eu-west-1a]
    demand: { vcpus: { -14d: 1, -210s: 5.8 } }
instances:
${[APP, SECOND, THIRD].map((id) => `  - { id: ${id}, type: t3.small, zone: eu-west-1a, memberOf: web, tags: { environment: staging } }`).join('\n')}
alarms:
  - name: cpu-high
    metric: { namespace: AWS/EC2, name: CPUUtilization, dimensions: { InstanceId: ${APP} } }
    threshold: 85
faults:
${meanwhile}
`;
const DRY_RUN = "{ command: 'ec2:RebootInstances', dryRun: true }";
const terminated = (id: string): string => `  - { after: ${DRY_RUN}, set: { instance: ${id}, state: terminated } }`;

/** A lone server that a reboot heals. */
const LEAK = BUSY_SERVER.replace('environment: production', 'environment: staging').replace(
  'memoryGiB: 1.2 }',
  'memoryGiB: 1.2, afterRestart: { vcpus: 0.3 } }',
);
/** The load goes away by itself, six minutes after the incident begins. */
const PASSING = BUSY_SERVER.replace('-210s: 2.9', "-210s: 2.9, '+6m': 0.5");

const CLOSED = withPolicies({
  closed: `@id("closed") @reason("Nothing is resized any more.") @breaker("trip")
forbid (principal, action in Checkrein::Action::"change", resource);`,
});

/** Applies, and expects a check to refuse in these words. Nothing is changed, no grant is used up, no breaker trips. */
const expectRefusal = async (harness: TestHarness, check: string, reason: RegExp, change = {}): Promise<void> => {
  const before = harness.mutations.length;
  expect(await harness.apply(change)).toBe('decide');
  const { data } = await harness.last('apply.checked');
  expect(data.checks.at(-1)).toMatchObject({ check, outcome: 'refused' });
  expect(await harness.lastReply()).toMatch(/was not applied, and nothing was changed\./);
  expect(await harness.lastReply()).toMatch(reason);
  expect(harness.mutations).toHaveLength(before);
  expect(await breakers(harness.ledger)).toEqual([]);
};

/** An attempt that dies before it records this event. */
const dieBefore = async (harness: TestHarness, kind: EventKind): Promise<void> => {
  await expect(harness.apply({ ledger: new CrashingLedger(harness.ledger, kind) })).rejects.toThrow(Crash);
};

describe('facts are computed again right before a change, and policy is asked again', () => {
  test('the last instance of a fleet is not rebooted when the others were terminated after the proposal', async () => {
    const world = fleetOfThree([terminated(SECOND), terminated(THIRD)].join('\n'));
    const harness = await granted(REBOOT, { world });
    await expectRefusal(harness, 'policy', /Nothing of a fleet of 3 would be left in service/);
    const { facts, statements } = (await harness.last('apply.checked')).data;
    expect(facts).toMatchObject({ fleetSize: 3, fleetAffectedPercent: 100, inServiceAfter: 0 });
    expect(statements?.map(({ id }) => id)).toContain('last-in-service');
  });

  test('a fleet that has not changed is rebooted, and facts and policies are on the trace', async () => {
    const harness = await granted(REBOOT, { world: fleetOfThree('  []').replace(/faults:\s+\[\]/, 'faults: []') });
    expect(await harness.apply()).toBe('verify');
    const { facts, statements } = (await harness.last('apply.checked')).data;
    expect(facts).toEqual((await harness.last('proposal.judged')).data.facts);
    expect(statements?.map(({ effect }) => effect)).toContain('permit');
  });

  test('two incidents do not reboot one server three minutes apart, though both were approved', async () => {
    const harness = await granted(REBOOT, { world: LEAK });
    const first = harness.at;
    await harness.open(harness.otherAlarm('cpu-high-too'), 'incident-2');
    await harness.observe();
    await harness.untilGranted(REBOOT);
    const second = harness.at;
    harness.at = first;
    expect(await harness.apply()).toBe('verify');
    expect(await harness.untilVerified()).toBe('decide');
    harness.at = second;
    await expectRefusal(harness, 'policy', /was changed [34] minutes ago; wait 10/);
    expect(harness.mutations).toEqual(['RebootInstances']);
  });

  test('what policy forbids by now refuses the change, and trips no breaker', async () => {
    const harness = await granted();
    await expectRefusal(harness, 'policy', /Nothing is resized any more/, {
      policy: policyEngine(CLOSED, INSTALLED.providers),
    });
  });

  test('a fact that cannot be read refuses the change', async () => {
    const harness = await granted();
    const { cloud } = harness.ports;
    const forgetful: typeof cloud = (calls, location) => ({
      ...cloud(calls, location),
      send: async (request) =>
        request.command === 'DescribeInstanceTypes' ? { InstanceTypes: [] } : cloud(calls, location).send(request),
    });
    await expectRefusal(harness, 'facts', /instance type.*policy cannot be asked again/i, { cloud: forgetful });
  });

  test('a rollback goes ahead whatever policy and facts say by now, since it restores what was there', async () => {
    const harness = await granted(NO_HELP);
    await harness.apply();
    expect(await harness.untilVerified()).toBe('rollback');
    expect(await harness.rollback({ policy: policyEngine(CLOSED, INSTALLED.providers) })).toBe('decide');
    const { checks, facts } = (await harness.last('apply.checked')).data;
    expect(checks.map(({ check }) => check)).not.toContain('facts');
    expect(facts).toBeUndefined();
  });

  test('a change that was begun is finished, whatever policy says by now', async () => {
    const harness = await granted();
    await dieBefore(harness, 'apply.finished');
    expect(await harness.kinds()).toContain('apply.started');
    harness.clock.advance(15);
    expect(await harness.apply({ policy: policyEngine(CLOSED, INSTALLED.providers) })).toBe('verify');
  });

  describe('a change whose attempt died between its checks and its beginning is refused', () => {
    const MEANWHILE: Record<string, (harness: TestHarness) => unknown> = {
      'switch: when the kill switch was turned off since': ({ switch: position }) => (position.position = 'off'),
      'calendar: in a change freeze that began since': ({ calendar }) => (calendar.closed = 'The calendar is closed.'),
      'drift: when somebody stopped its target since': (harness) => harness.stopByHand(),
      'grant: when its grant expired since': ({ clock }) => clock.advance(16),
    };
    for (const kind of ['grant.redeemed', 'apply.started'] as const)
      test.each(Object.entries(MEANWHILE))(`%s (killed before ${kind})`, async (name, happens) => {
        const harness = await granted();
        await dieBefore(harness, kind);
        await happens(harness);
        const at = { ...harness.at };
        await expectRefusal(harness, name.split(':', 1)[0] ?? '', /./);
        const events = await harness.kinds();
        // Another attempt at the same entry comes to the same end, and records nothing more.
        harness.at = at;
        expect(await harness.apply()).toBe('decide');
        expect(await harness.kinds()).toEqual(events);
        const recorded = await harness.events();
        expect(String(planOutcome(recorded, currentPlan(recorded)))).toContain('It was not applied: (');
      });

    test('when policy forbids it by now', async () => {
      const harness = await granted();
      await dieBefore(harness, 'apply.started');
      await expectRefusal(harness, 'policy', /./, { policy: policyEngine(CLOSED, INSTALLED.providers) });
    });
  });

  test('a change whose attempt died between its checks and its beginning is made, if nothing stands against it', async () => {
    for (const kind of ['grant.redeemed', 'apply.started'] as const) {
      const harness = await granted();
      await dieBefore(harness, kind);
      expect(await harness.apply()).toBe('verify');
      expect((await harness.kinds()).filter((one) => one === 'apply.checked')).toHaveLength(1);
    }
  });

  test('facts that are not there within five seconds refuse the change', async () => {
    const harness = await granted();
    const { cloud } = harness.ports;
    const slow: typeof cloud = (calls, location) => ({
      ...cloud(calls, location),
      send: async (request) => {
        if (request.command === 'DescribeInstanceTypes') await harness.clock.sleep(5001);
        return cloud(calls, location).send(request);
      },
    });
    await expectRefusal(harness, 'facts', /within 5 seconds/, { cloud: slow });
  });

  test('a change that takes more approvals by now than it was given is refused', async () => {
    const one = ['ana@example.com'];
    const harness = await begun();
    await harness.propose(RESIZE.tool, RESIZE.input);
    await harness.confirm();
    await harness.grant(false, one);
    const two = withPolicies({
      'two-for-all': `@id("two-for-all") @reason("Two people must approve.")
forbid (principal, action == Checkrein::Action::"release", resource) when { context.approvals < 2 };`,
    });
    await expectRefusal(harness, 'policy', /2 approvals are needed.*1 of those that were given counts/, {
      policy: policyEngine(two, INSTALLED.providers),
    });
  });

  test('the approval of somebody who may not approve any more does not count', async () => {
    const harness = await begun();
    await harness.propose(RESIZE.tool, RESIZE.input);
    await harness.confirm();
    await harness.grant(false, ['ben@example.com']);
    const approvers = harness.ports.rules.settings.approvers.filter(({ id }) => id !== 'ben@example.com');
    const without: Rules = { ...harness.ports.rules, settings: { ...harness.ports.rules.settings, approvers } };
    await expectRefusal(harness, 'policy', /none of those that were given counts/, { rules: without });
  });

  const UNATTENDED = {
    'resize-unattended': `@id("resize-unattended") @reason("Needs no human.")
permit (principal, action == Checkrein::Action::"applyUnattended", resource);`,
  };
  /** An incident whose plan policy let through without a human. */
  const unattended = async (options: HarnessOptions = {}): Promise<TestHarness> => {
    const world = BUSY_SERVER.replace('environment: production', 'environment: staging');
    const harness = await begun({ world, rules: withPolicies(UNATTENDED), ...options });
    await harness.propose(RESIZE.tool, RESIZE.input);
    expect(await harness.confirm()).toBe('apply');
    return harness;
  };

  test('a change that policy let through without a human is made, if policy still does', async () => {
    const harness = await unattended();
    expect(await harness.apply()).toBe('verify');
  });

  test('a change that policy let through without a human is refused, if by now it would need one', async () => {
    const harness = await unattended();
    await expectRefusal(harness, 'policy', /No policy permits resize_instance .* without a human/, {
      policy: policyEngine(rules, INSTALLED.providers),
    });
  });
});

describe('a change whose reason has gone', () => {
  const late = async (options: HarnessOptions = {}): Promise<TestHarness> => {
    const harness = await granted(RESIZE, { world: PASSING, ...options });
    harness.clock.advance(13);
    return harness;
  };

  test('is refused once the alarm has been OK for two periods since the proposal', async () => {
    await expectRefusal(await late(), 'alarm', /cpu-high has been OK since .*two periods of 60 s/);
  });

  test('is made if the agent is told to proceed', async () => {
    const { verification } = rules.agents.find(({ name }) => name === 'ec2-responder') ?? expect.fail('no agent');
    const harness = await late({ rules: rulesWith({ verification: { ...verification, ifRecovered: 'proceed' } }) });
    expect(await harness.apply()).toBe('verify');
  });

  /** Applies while CloudWatch says this about the alarm, so many seconds after the proposal. */
  const applyWith = async (alarms: (at: (seconds: number) => string) => object, minutes = 10) => {
    const harness = await granted();
    harness.clock.advance(minutes);
    const now = harness.clock.now().getTime();
    const answer = alarms((seconds) => new Date(now - seconds * 1000).toISOString());
    const { cloud } = harness.ports;
    const answering: typeof cloud = (calls, location) => ({
      ...cloud(calls, location),
      send: async (request) => (request.command === 'DescribeAlarms' ? answer : cloud(calls, location).send(request)),
    });
    await harness.apply({ cloud: answering });
    return (await harness.last('apply.checked')).data.checks.find(({ check }) => check === 'alarm');
  };
  const ok = (StateTransitionedTimestamp: string, more: object = { Period: 60 }) => ({
    StateValue: 'OK',
    StateTransitionedTimestamp,
    ...more,
  });

  test.each<[title: string, outcome: 'passed' | 'refused', answer: (ago: (seconds: number) => string) => object]>([
    ['OK for two periods', 'refused', (ago) => ({ MetricAlarms: [ok(ago(120))] })],
    ['OK for less than two periods', 'passed', (ago) => ({ MetricAlarms: [ok(ago(119))] })],
    [
      'OK for two minutes of five-minute periods',
      'passed',
      (ago) => ({ MetricAlarms: [ok(ago(120), { Period: 300 })] }),
    ],
    ['OK for two five-minute periods', 'refused', (ago) => ({ MetricAlarms: [ok(ago(600), { Period: 300 })] })],
    [
      'OK, by metric math over one and five minutes, for two periods of one',
      'passed',
      (ago) => ({
        MetricAlarms: [ok(ago(300), { Metrics: [{ MetricStat: { Period: 60 } }, { MetricStat: { Period: 300 } }] })],
      }),
    ],
    ['a composite alarm that is OK for two minutes', 'refused', (ago) => ({ CompositeAlarms: [ok(ago(120), {})] })],
    ['ALARM', 'passed', (ago) => ({ MetricAlarms: [{ ...ok(ago(900)), StateValue: 'ALARM' }] })],
    [
      'INSUFFICIENT_DATA',
      'passed',
      (ago) => ({ MetricAlarms: [{ ...ok(ago(900)), StateValue: 'INSUFFICIENT_DATA' }] }),
    ],
    ['gone', 'passed', () => ({})],
    ['OK, and nothing says since when', 'passed', () => ({ MetricAlarms: [{ StateValue: 'OK', Period: 60 }] })],
    ['an answer of another form', 'passed', () => ({ MetricAlarms: 'none' })],
  ])('an alarm that is %s: %s', async (_title, outcome, answer) => {
    expect(await applyWith(answer)).toMatchObject({ outcome });
  });

  test('counts from the proposal on: an alarm that was OK before does not refuse at once', async () => {
    const answer = (ago: (seconds: number) => string) => ({ MetricAlarms: [ok(ago(3600))] });
    expect(await applyWith(answer, 1)).toMatchObject({ outcome: 'passed' });
    expect(await applyWith(answer, 3)).toMatchObject({ outcome: 'refused' });
  });

  test('an alarm that cannot be read does not refuse', async () => {
    const harness = await granted(RESIZE, {
      world: `${PASSING}\nfaults:\n  - { command: 'cloudwatch:DescribeAlarms', error: { code: AccessDenied } }\n`,
    });
    harness.clock.advance(13);
    expect(await harness.apply()).toBe('verify');
  });
});
