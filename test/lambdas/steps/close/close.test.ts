import { describe, expect, test } from 'vitest';
import { closeStopped } from '../../../../lambdas/steps/close/stopped.ts';
import { takeLease } from '../../../../lambdas/kernel/limits/lease.ts';
import { canonical } from '../../../../lambdas/kernel/trace/canonical.ts';
import { verifyTrace } from '../../../../lambdas/kernel/trace/chain.ts';
import type { Sealer } from '../../../../lambdas/contracts/ports.ts';
import { CrashingLedger, Crash } from '../../../fakes/crashing-ledger.ts';
import { call } from '../../../fakes/preset-model.ts';
import { record } from '../../../fixtures/incident.ts';
import { APP_ARN, TestHarness, RESIZE } from '../../../fixtures/harness.ts';
import { closing } from './conclusion.ts';

const concluded = async (claims = closing.claims): Promise<TestHarness> => {
  const harness = await new TestHarness().begin();
  await harness.decide([call('conclude', { ...closing, claims }, 'conclude')]);
  return harness;
};

const sound = async (harness: TestHarness): Promise<boolean> =>
  verifyTrace((await harness.events()).map((event) => canonical(event))).sound;

describe('an accepted conclusion', () => {
  test('closes the incident, tells people, and seals the trace', async () => {
    const harness = await concluded();
    expect(await harness.close()).toBe('done');
    expect((await harness.kinds()).slice(-4)).toEqual([
      'conclusion.reviewed',
      'people.notified',
      'incident.closed',
      'trace.sealed',
    ]);
    expect((await harness.last('incident.closed')).data).toMatchObject({
      outcome: 'diagnosed',
      summary: closing.summary,
      turns: 1,
      copies: 0,
    });
    expect(harness.notifier.sent).toMatchObject([{ about: 'closed', subject: 'diagnosed: cpu-high' }]);
    expect(await sound(harness)).toBe(true);
  });

  test('after a change that healed the alarm says healed', async () => {
    const harness = await (await new TestHarness().begin()).untilGranted();
    await harness.apply();
    await harness.untilVerified();
    await harness.decide([call('conclude', { ...closing, plans: [{ plan: 'P1', applied: true }] })]);
    await harness.close();
    expect((await harness.last('incident.closed')).data.outcome).toBe('healed');
  });

  test('frees the target for other incidents', async () => {
    const harness = await new TestHarness().begin();
    await harness.propose(RESIZE.tool, RESIZE.input);
    const now = harness.clock.now();
    const until = new Date(now.getTime() + 3_600_000);
    await takeLease(harness.ledger, APP_ARN, 'incident-1', now, until);
    await harness.decide([call('conclude', { ...closing, plans: [{ plan: 'P1', applied: false }] })]);
    await harness.close();
    expect(await takeLease(harness.ledger, APP_ARN, 'another', now, until)).toBe(true);
  });
});

describe('a rejected conclusion', () => {
  test('goes back to the agent with the reasons, and closes nothing', async () => {
    const harness = await concluded([{ text: 'So it is.', evidence: ['E77'] }]);
    expect(await harness.close()).toBe('decide');
    expect(await harness.lastReply()).toMatch(/^The conclusion was rejected\. claims_cite_evidence: .*E77/);
    expect(await harness.kinds()).not.toContain('incident.closed');
    expect(harness.notifier.sent).toEqual([]);
  });

  test('can be corrected', async () => {
    const harness = await concluded([]);
    await harness.close();
    await harness.decide([call('conclude', closing, 'again')]);
    expect(await harness.close()).toBe('done');
  });
});

test('people are told how an incident ended, though somebody else wrote onto its trace that no agent had taken it', async () => {
  const harness = await concluded();
  const refused = { eventId: 'e', outcome: 'unrouted', reason: 'No agent takes it.', detail: {} } as const;
  await record(harness.ports, harness.at.incidentId, 'observe-forged', 'incident.refused', refused);
  expect(await harness.close()).toBe('done');
  expect(harness.notifier.sent).toMatchObject([{ about: 'closed', subject: 'diagnosed: cpu-high' }]);
});

test('a change that nobody approved fails the incident loudly, whatever the agent concludes', async () => {
  const harness = await new TestHarness().begin();
  await record(harness.ports, 'incident-1', 'a-bug', 'apply.started', {
    digest: `sha256:${'0'.repeat(64)}`,
    purpose: 'apply',
    grantId: 'grant-0',
    tool: 'reboot_instance',
    input: {},
    targetArn: APP_ARN,
    deadline: harness.clock.now().toISOString(),
  });
  harness.at = { ...harness.at, seq: harness.at.seq + 1 };
  await harness.decide([call('conclude', closing)]);
  expect(await harness.close()).toBe('done');
  expect((await harness.last('incident.closed')).data).toMatchObject({ outcome: 'failed' });
  expect(harness.notifier.sent[0]).toMatchObject({ about: 'failed' });
  expect(harness.notifier.sent[0]?.text).toContain('A change on this trace is not backed by a grant.');
});

describe('people', () => {
  test('that cannot be reached do not keep an incident open, and it is on the trace', async () => {
    const harness = await concluded();
    harness.notifier.failing = true;
    expect(await harness.close()).toBe('done');
    expect((await harness.last('people.notified')).data).toMatchObject({ sent: false, error: 'the topic is gone' });
    expect(await sound(harness)).toBe(true);
  });

  test('are not notified of events that no agent takes', async () => {
    const harness = new TestHarness();
    await harness.open({});
    await harness.close();
    expect(harness.notifier.sent).toEqual([]);
    expect((await harness.last('incident.closed')).data.outcome).toBe('unrouted');
  });
});

describe('a failure of the harness', () => {
  test('is closed as failed, with what failed', async () => {
    const harness = await new TestHarness().begin();
    expect(await harness.close({ Error: 'ModelUnavailable', Cause: 'overloaded' })).toBe('done');
    expect((await harness.last('incident.closed')).data).toMatchObject({
      outcome: 'failed',
      reason: 'The harness failed: ModelUnavailable. overloaded',
    });
    expect(harness.notifier.sent[0]?.about).toBe('failed');
  });

  test('does not review a conclusion that was on its way', async () => {
    const harness = await concluded();
    await harness.close({ Error: 'States.Timeout' });
    expect(await harness.kinds()).not.toContain('conclusion.reviewed');
  });

  test('in the middle of a change reports that its result is unknown', async () => {
    const harness = await (await new TestHarness().begin()).untilGranted();
    const dying = harness.apply({
      deadline: { at: () => harness.clock.now() },
      ledger: new CrashingLedger(harness.ledger, 10),
    });
    await expect(dying).rejects.toThrow(Crash);
    await harness.close({ Error: 'Lambda.Unknown' });
    expect(harness.notifier.sent[0]?.text).toMatch(
      /apply: started at .*, and no result was recorded\. Look at the target\./,
    );
  });
});

describe('the seal', () => {
  test('is of the head as it is at the very end, whoever appended meanwhile', async () => {
    const harness = await concluded();
    let signed = 0;
    const slow: Sealer = {
      sign: async (message) => {
        signed += 1;
        if (signed === 1)
          await record(harness.ports, 'incident-1', 'attach', 'incident.attached', { eventId: 'late', copy: 1 });
        return harness.ports.sealer.sign(message);
      },
    };
    expect(await harness.close(undefined, { sealer: slow })).toBe('done');
    expect(signed).toBe(2);
    expect((await harness.kinds()).slice(-2)).toEqual(['incident.attached', 'trace.sealed']);
    expect(await sound(harness)).toBe(true);
  });

  test('lets nothing follow', async () => {
    const harness = await concluded();
    await harness.close();
    await expect(
      record(harness.ports, 'incident-1', 'late', 'escalation.asked', { reason: 'too late' }),
    ).rejects.toMatchObject({ name: 'TraceSealed' });
  });
});

describe('an execution that died', () => {
  const died = (name: string): unknown => ({ detail: { name, status: 'TIMED_OUT' } });

  test('has its incident closed as failed, and people told', async () => {
    const harness = await new TestHarness().begin();
    await closeStopped(died('incident-1'), harness.ports);
    expect((await harness.last('incident.closed')).data).toMatchObject({ outcome: 'failed' });
    expect((await harness.last('harness.failed')).data).toEqual({
      error: 'ExecutionTIMED_OUT',
      cause: 'The execution ended as TIMED_OUT.',
    });
    expect(harness.notifier.sent).toHaveLength(1);
    expect(await sound(harness)).toBe(true);
  });

  test('before it could open its incident is reported all the same', async () => {
    const harness = new TestHarness();
    await closeStopped(died('incident-1'), harness.ports);
    harness.at = { ...harness.at, incidentId: 'incident-1' };
    expect((await harness.last('incident.closed')).data.outcome).toBe('failed');
    expect(harness.notifier.sent).toHaveLength(1);
  });

  test('whose incident was closed already is left alone', async () => {
    const harness = await concluded();
    await harness.close();
    const before = await harness.events();
    expect(await closeStopped(died('incident-1'), harness.ports)).toEqual({
      incidentId: 'incident-1',
      closed: 'before',
    });
    expect(await harness.events()).toEqual(before);
  });

  test('and whose closing died too is closed by the next attempt, and people are told once', async () => {
    const harness = await new TestHarness().begin();
    const unsealed: Sealer = { sign: () => Promise.reject(new Crash()) };
    await expect(closeStopped(died('incident-1'), { ...harness.ports, sealer: unsealed })).rejects.toThrow(Crash);
    await closeStopped(died('incident-1'), harness.ports);
    expect(harness.notifier.sent).toHaveLength(1);
    expect((await harness.kinds()).filter((kind) => kind === 'incident.closed')).toHaveLength(1);
    expect(await sound(harness)).toBe(true);
  });

  test('is not made up from an event of another kind', async () => {
    await expect(closeStopped({ detail: {} }, new TestHarness().ports)).rejects.toMatchObject({
      name: 'ContractBroken',
    });
  });
});
