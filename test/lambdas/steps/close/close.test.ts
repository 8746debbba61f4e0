import { describe, expect, test } from 'vitest';
import { closeStopped } from '../../../../lambdas/steps/close/stopped.ts';
import { takeLease } from '../../../../lambdas/kernel/limits/lease.ts';
import { canonical } from '../../../../lambdas/kernel/trace/canonical.ts';
import { verifyTrace } from '../../../../lambdas/kernel/trace/chain.ts';
import type { Sealer } from '../../../../lambdas/contracts/ports.ts';
import { DyingLedger, Killed } from '../../../fakes/dying-ledger.ts';
import { call } from '../../../fakes/preset-model.ts';
import { record } from '../../../fixtures/incident.ts';
import { APP_ARN, Room, RESIZE } from '../../../fixtures/harness.ts';
import { closing } from './conclusion.ts';

const concluded = async (claims = closing.claims): Promise<Room> => {
  const room = await new Room().begin();
  await room.decide([call('conclude', { ...closing, claims }, 'conclude')]);
  return room;
};

const sound = async (room: Room): Promise<boolean> =>
  verifyTrace((await room.events()).map((event) => canonical(event))).sound;

describe('an accepted conclusion', () => {
  test('closes the incident, tells people, and seals the trace', async () => {
    const room = await concluded();
    expect(await room.close()).toBe('done');
    expect((await room.kinds()).slice(-4)).toEqual([
      'conclusion.reviewed',
      'people.notified',
      'incident.closed',
      'trace.sealed',
    ]);
    expect((await room.last('incident.closed')).data).toMatchObject({
      outcome: 'diagnosed',
      summary: closing.summary,
      turns: 1,
      copies: 0,
    });
    expect(room.notifier.sent).toMatchObject([{ about: 'closed', subject: 'diagnosed: cpu-high' }]);
    expect(await sound(room)).toBe(true);
  });

  test('after a change that healed the alarm says healed', async () => {
    const room = await (await new Room().begin()).untilGranted();
    await room.apply();
    await room.untilVerified();
    await room.decide([call('conclude', closing)]);
    await room.close();
    expect((await room.last('incident.closed')).data.outcome).toBe('healed');
  });

  test('frees the target for other incidents', async () => {
    const room = await new Room().begin();
    await room.propose(RESIZE.tool, RESIZE.input);
    const now = room.clock.now();
    const until = new Date(now.getTime() + 3_600_000);
    await takeLease(room.ledger, APP_ARN, 'incident-1', now, until);
    await room.decide([call('conclude', closing)]);
    await room.close();
    expect(await takeLease(room.ledger, APP_ARN, 'another', now, until)).toBe(true);
  });
});

describe('a rejected conclusion', () => {
  test('goes back to the agent with the reasons, and closes nothing', async () => {
    const room = await concluded([{ text: 'So it is.', evidence: ['E77'] }]);
    expect(await room.close()).toBe('decide');
    expect(await room.told()).toMatch(/^The conclusion was rejected\. claims_cite_evidence: .*E77/);
    expect(await room.kinds()).not.toContain('incident.closed');
    expect(room.notifier.sent).toEqual([]);
  });

  test('can be mended', async () => {
    const room = await concluded([]);
    await room.close();
    await room.decide([call('conclude', closing, 'again')]);
    expect(await room.close()).toBe('done');
  });
});

test('a change that nobody approved fails the incident loudly, whatever the agent concludes', async () => {
  const room = await new Room().begin();
  await record(room.ports, 'incident-1', 'a-bug', 'apply.started', {
    digest: `sha256:${'0'.repeat(64)}`,
    purpose: 'apply',
    grantId: 'grant-0',
    tool: 'reboot_instance',
    input: {},
    targetArn: APP_ARN,
    deadline: room.clock.now().toISOString(),
  });
  room.at = { ...room.at, seq: room.at.seq + 1 };
  await room.decide([call('conclude', closing)]);
  expect(await room.close()).toBe('done');
  expect((await room.last('incident.closed')).data).toMatchObject({ outcome: 'failed' });
  expect(room.notifier.sent[0]).toMatchObject({ about: 'failed' });
  expect(room.notifier.sent[0]?.text).toContain('A change on this trace is not backed by a grant.');
});

describe('people', () => {
  test('that cannot be reached do not keep an incident open, and it is on the trace', async () => {
    const room = await concluded();
    room.notifier.deaf = true;
    expect(await room.close()).toBe('done');
    expect((await room.last('people.notified')).data).toMatchObject({ sent: false, error: 'the topic is gone' });
    expect(await sound(room)).toBe(true);
  });

  test('are not told of events that nobody takes', async () => {
    const room = new Room();
    await room.open({});
    await room.close();
    expect(room.notifier.sent).toEqual([]);
    expect((await room.last('incident.closed')).data.outcome).toBe('unrouted');
  });
});

describe('a failure of the harness', () => {
  test('is closed as failed, with what failed', async () => {
    const room = await new Room().begin();
    expect(await room.close({ Error: 'ModelUnavailable', Cause: 'overloaded' })).toBe('done');
    expect((await room.last('incident.closed')).data).toMatchObject({
      outcome: 'failed',
      reason: 'The harness failed: ModelUnavailable. overloaded',
    });
    expect(room.notifier.sent[0]?.about).toBe('failed');
  });

  test('does not review a conclusion that was on its way', async () => {
    const room = await concluded();
    await room.close({ Error: 'States.Timeout' });
    expect(await room.kinds()).not.toContain('conclusion.reviewed');
  });

  test('in the middle of a change says that its result is not known', async () => {
    const room = await (await new Room().begin()).untilGranted();
    const dying = room.apply({ deadline: { at: () => room.clock.now() }, ledger: new DyingLedger(room.ledger, 10) });
    await expect(dying).rejects.toThrow(Killed);
    await room.close({ Error: 'Lambda.Unknown' });
    expect(room.notifier.sent[0]?.text).toMatch(
      /apply: started at .*, and no result was recorded\. Look at the target\./,
    );
  });
});

describe('the seal', () => {
  test('is of the head as it is at the very end, whoever appended meanwhile', async () => {
    const room = await concluded();
    let signed = 0;
    const slow: Sealer = {
      sign: async (message) => {
        signed += 1;
        if (signed === 1)
          await record(room.ports, 'incident-1', 'attach', 'incident.attached', { eventId: 'late', copy: 1 });
        return room.ports.sealer.sign(message);
      },
    };
    expect(await room.close(undefined, { sealer: slow })).toBe('done');
    expect(signed).toBe(2);
    expect((await room.kinds()).slice(-2)).toEqual(['incident.attached', 'trace.sealed']);
    expect(await sound(room)).toBe(true);
  });

  test('lets nothing follow', async () => {
    const room = await concluded();
    await room.close();
    await expect(
      record(room.ports, 'incident-1', 'late', 'escalation.asked', { reason: 'too late' }),
    ).rejects.toMatchObject({ name: 'TraceSealed' });
  });
});

describe('an execution that died', () => {
  const died = (name: string): unknown => ({ detail: { name, status: 'TIMED_OUT' } });

  test('has its incident closed as failed, and people told', async () => {
    const room = await new Room().begin();
    await closeStopped(died('incident-1'), room.ports);
    expect((await room.last('incident.closed')).data).toMatchObject({ outcome: 'failed' });
    expect((await room.last('harness.failed')).data).toEqual({
      error: 'ExecutionTIMED_OUT',
      cause: 'The execution ended as TIMED_OUT.',
    });
    expect(room.notifier.sent).toHaveLength(1);
    expect(await sound(room)).toBe(true);
  });

  test('before it could open its incident is told all the same', async () => {
    const room = new Room();
    await closeStopped(died('incident-1'), room.ports);
    room.at = { ...room.at, incidentId: 'incident-1' };
    expect((await room.last('incident.closed')).data.outcome).toBe('failed');
    expect(room.notifier.sent).toHaveLength(1);
  });

  test('whose incident was closed already is left alone', async () => {
    const room = await concluded();
    await room.close();
    const before = await room.events();
    expect(await closeStopped(died('incident-1'), room.ports)).toEqual({ incidentId: 'incident-1', closed: 'before' });
    expect(await room.events()).toEqual(before);
  });

  test('and whose closing died too is closed by the next attempt, and people are told once', async () => {
    const room = await new Room().begin();
    const unsealed: Sealer = { sign: () => Promise.reject(new Killed()) };
    await expect(closeStopped(died('incident-1'), { ...room.ports, sealer: unsealed })).rejects.toThrow(Killed);
    await closeStopped(died('incident-1'), room.ports);
    expect(room.notifier.sent).toHaveLength(1);
    expect((await room.kinds()).filter((kind) => kind === 'incident.closed')).toHaveLength(1);
    expect(await sound(room)).toBe(true);
  });

  test('is not made up from an event of another kind', async () => {
    await expect(closeStopped({ detail: {} }, new Room().ports)).rejects.toMatchObject({ name: 'ContractBroken' });
  });
});
