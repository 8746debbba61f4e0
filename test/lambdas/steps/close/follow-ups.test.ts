import { describe, expect, test } from 'vitest';
import { CloudError } from '../../../../lambdas/contracts/errors.ts';
import { FOLLOW_UP_DUE, FOLLOW_UP_SOURCE, type FollowUp } from '../../../../lambdas/contracts/follow-up.ts';
import { JsonObject } from '../../../../lambdas/contracts/json.ts';
import type { CloudAccess } from '../../../../lambdas/contracts/ports.ts';
import { attachAlarm } from '../../../../lambdas/kernel/limits/attached-alarms.ts';
import { allOf, openingOf } from '../../../../lambdas/kernel/trace/queries.ts';
import { closeStopped } from '../../../../lambdas/steps/close/stopped.ts';
import { CrashingLedger, Crash } from '../../../fakes/crashing-ledger.ts';
import { call } from '../../../fakes/preset-model.ts';
import { TestHarness } from '../../../fixtures/harness.ts';
import { closing } from './conclusion.ts';

const HERE = { account: '123456789012', region: 'eu-west-1' };

/** An incident that has concluded, and that alarms had joined. */
const joinedBy = async (...names: readonly string[]): Promise<TestHarness> => {
  const harness = await new TestHarness().begin();
  for (const name of names) await attach(harness, name);
  await harness.decide([call('conclude', closing, 'conclude')]);
  return harness;
};

const eventOf = (harness: TestHarness, name: string): JsonObject => {
  const event = harness.otherAlarm(name);
  return { ...event, detail: { ...JsonObject.parse(event['detail']), alarmName: name } };
};

const attach = (harness: TestHarness, name: string): Promise<void> => {
  const arn = `arn:aws:cloudwatch:eu-west-1:123456789012:alarm:${name}`;
  return attachAlarm(harness.ledger, harness.at.incidentId, {
    ...HERE,
    arn,
    name,
    why: 'resource',
    event: eventOf(harness, name),
  });
};

/** CloudWatch with these states; `asked` has the names of each call. */
const cloudOf = (states: Readonly<Record<string, string>>, asked: string[][] = []): CloudAccess => {
  return () => ({
    ...HERE,
    send: async ({ input }) => {
      const names = Array.isArray(input['AlarmNames']) ? input['AlarmNames'].map(String) : [];
      asked.push(names);
      const found = names.flatMap((AlarmName) => {
        const StateValue = states[AlarmName];
        return StateValue === undefined ? [] : [{ AlarmName, StateValue }];
      });
      return { MetricAlarms: found, CompositeAlarms: [] };
    },
  });
};

const busEvent = (detail: FollowUp, account = HERE.account): JsonObject => ({
  id: `delivery-of-${detail.part}`,
  source: FOLLOW_UP_SOURCE,
  'detail-type': FOLLOW_UP_DUE,
  account,
  region: HERE.region,
  time: '2026-11-02T03:30:00Z',
  resources: [],
  detail: { ...detail },
});

describe('an alarm that joined and is still in ALARM', () => {
  test('opens an incident of its own, which says whom it follows', async () => {
    const harness = await joinedBy('disk-full', 'memory');
    await harness.close(undefined, { cloud: cloudOf({ 'disk-full': 'ALARM', memory: 'OK' }) });
    expect(harness.followUps.raised).toHaveLength(1);
    expect((await harness.last('follow-ups.due')).data).toMatchObject({
      joined: 2,
      due: [{ name: 'disk-full', state: 'ALARM' }],
      leftTotal: 0,
    });
    expect(harness.notifier.sent[0]?.text).toContain(
      'In ALARM, so each is taken up again, by an incident of its own or with others of its storm: disk-full.',
    );

    const own = new TestHarness({ ledger: harness.ledger, execution: 'incident-2' });
    const [raised] = harness.followUps.raised;
    if (raised === undefined) return;
    expect(await own.open(busEvent(raised))).toBe('observe');
    const { data } = openingOf(await own.events());
    expect(data).toMatchObject({ follows: 'incident-1', subject: { kind: 'alarm', alarm: { name: 'disk-full' } } });
  });

  test('is raised under one id, so an event that comes twice opens one incident', async () => {
    const harness = await joinedBy('disk-full');
    await harness.close(undefined, { cloud: cloudOf({ 'disk-full': 'ALARM' }) });
    const [raised] = harness.followUps.raised;
    if (raised === undefined) return;
    const own = new TestHarness({ ledger: harness.ledger, execution: 'incident-2' });
    await own.open(busEvent(raised));
    const again = new TestHarness({ ledger: harness.ledger, execution: 'incident-3' });
    expect(await again.open({ ...busEvent(raised), id: 'another delivery' })).toBe('done');
    expect(again.at.incidentId).toBe('incident-2');
  });

  test('opens its own also after an execution that died', async () => {
    const harness = await new TestHarness().begin();
    await attach(harness, 'disk-full');
    const ports = { ...harness.ports, cloud: cloudOf({ 'disk-full': 'ALARM' }) };
    await closeStopped({ detail: { name: 'incident-1', status: 'ABORTED' } }, ports);
    expect(harness.followUps.raised).toHaveLength(1);
    expect(harness.notifier.sent[0]?.text).toContain('disk-full');
  });
});

test('alarms that are back in OK, without data or deleted open nothing, and people read that', async () => {
  const harness = await joinedBy('disk-full', 'memory', 'gone');
  await harness.close(undefined, { cloud: cloudOf({ 'disk-full': 'OK', memory: 'INSUFFICIENT_DATA' }) });
  expect(harness.followUps.raised).toEqual([]);
  expect(await harness.kinds()).not.toContain('follow-ups.raised');
  expect((await harness.last('incident.closed')).data.happened).toContain(
    '3 alarms had joined the incident. In ALARM when it closed: none.',
  );
});

test('an incident that no alarm joined asks CloudWatch nothing and records nothing about it', async () => {
  const harness = await joinedBy();
  const asked: string[][] = [];
  await harness.close(undefined, { cloud: cloudOf({}, asked) });
  expect(asked).toEqual([]);
  expect(await harness.kinds()).not.toContain('follow-ups.due');
});

test('where CloudWatch throttles, the alarm counts as still in ALARM', async () => {
  const harness = await joinedBy('disk-full');
  const throttled: CloudAccess = () => ({
    ...HERE,
    send: async () => {
      throw new CloudError('Throttling', 'Rate exceeded');
    },
  });
  await harness.close(undefined, { cloud: throttled });
  expect(harness.followUps.raised).toHaveLength(1);
  expect((await harness.last('follow-ups.due')).data.due[0]).toMatchObject({ state: 'unknown' });
});

test('a Close that crashes at any write and is retried raises each follow-up under one reference, and records it once', async () => {
  for (let write = 0; write < 12; write += 1) {
    const harness = await joinedBy('disk-full', 'memory');
    const cloud = cloudOf({ 'disk-full': 'ALARM', memory: 'ALARM' });
    const entered = harness.at;
    const crashing = { cloud, ledger: new CrashingLedger(harness.ledger, write) };
    await harness.close(undefined, crashing).catch((error: unknown) => expect(error).toBeInstanceOf(Crash));
    harness.at = entered;
    await harness.close(undefined, { cloud });
    expect(new Set(harness.followUps.raised.map(({ part }) => part)).size).toBe(2);
    expect(allOf(await harness.events(), 'follow-ups.due')).toHaveLength(1);
    expect(allOf(await harness.events(), 'follow-ups.raised')).toHaveLength(1);
  }
});

describe('an event bus', () => {
  test('that takes only some follow-ups fails the step, so that it is retried, and then raises the rest', async () => {
    const harness = await joinedBy('disk-full', 'memory');
    const cloud = cloudOf({ 'disk-full': 'ALARM', memory: 'ALARM' });
    const entered = harness.at;
    let failures = 1;
    harness.followUps.fails = () => (failures -= 1) >= 0;
    await expect(harness.close(undefined, { cloud })).rejects.toMatchObject({ name: 'CloudUnavailable' });
    expect(harness.notifier.sent).toEqual([]);
    harness.at = entered;
    await harness.close(undefined, { cloud });
    expect(new Set(harness.followUps.raised.map(({ part }) => part)).size).toBe(2);
    expect((await harness.last('follow-ups.raised')).data).toEqual({ raised: 2, failed: [] });
  });

  test('that takes nothing to the end keeps no incident open: people are told whom nobody looks at', async () => {
    const harness = await joinedBy('disk-full');
    harness.followUps.fails = () => true;
    const ports = { ...harness.ports, cloud: cloudOf({ 'disk-full': 'ALARM' }) };
    await closeStopped({ detail: { name: 'incident-1', status: 'FAILED' } }, ports);
    expect((await harness.last('follow-ups.raised')).data).toMatchObject({
      raised: 0,
      failed: [{ name: 'disk-full' }],
    });
    expect(harness.notifier.sent[0]?.text).toContain(
      'A person must look at disk-full: no incident could be opened. the bus is gone',
    );
  });
});

test('a follow-up does not join the incident that is closing', async () => {
  const harness = await joinedBy('disk-full');
  const opened: string[] = [];
  const followUps = {
    raise: async (all: readonly FollowUp[]) => {
      for (const one of all) {
        const own = new TestHarness({ ledger: harness.ledger, execution: 'incident-2' });
        opened.push(await own.open(busEvent(one)), own.at.incidentId);
      }
      return [];
    },
  };
  await harness.close(undefined, { cloud: cloudOf({ 'disk-full': 'ALARM' }), followUps });
  expect(opened).toEqual(['observe', 'incident-2']);
});

test('an alarm on the same resource that comes when Close has looked at what joined opens an incident of its own', async () => {
  const harness = await joinedBy('disk-full');
  const opened: string[] = [];
  const followUps = {
    raise: async () => {
      const own = new TestHarness({ ledger: harness.ledger, execution: 'incident-2' });
      const arn = 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:too-late';
      const event = own.alarmEvent();
      const detail = { ...JsonObject.parse(event['detail']), alarmName: 'too-late' };
      opened.push(await own.open({ ...event, id: 'too-late', resources: [arn], detail }), own.at.incidentId);
      return [];
    },
  };
  await harness.close(undefined, { cloud: cloudOf({ 'disk-full': 'ALARM' }), followUps });
  expect(opened).toEqual(['observe', 'incident-2']);
});

test('of 150 alarms in ALARM 100 are raised, and the incident of the last adopts the other 50: its close raises them', async () => {
  const names = Array.from({ length: 150 }, (_, n) => `disk-${n}`);
  const harness = await joinedBy(...names);
  const cloud = cloudOf(Object.fromEntries(names.map((name) => [name, 'ALARM'])));
  await harness.close(undefined, { cloud });
  expect(harness.followUps.raised).toHaveLength(100);
  const { passedOn, leftTotal } = (await harness.last('follow-ups.due')).data;
  expect([passedOn?.alarms, leftTotal]).toEqual([50, 0]);
  expect(harness.notifier.sent[0]?.text).toContain('50 alarms more, beyond what one close deals with');
  const carrier = harness.followUps.raised.find(({ part }) => part === passedOn?.to);
  expect(carrier).toBeDefined();
  if (carrier === undefined) return;

  const own = new TestHarness({ ledger: harness.ledger, execution: 'incident-2' });
  expect(await own.open(busEvent(carrier))).toBe('observe');
  expect(openingOf(await own.events()).data.adopts).toEqual(['incident-1']);
  await own.close({ Error: 'Test', Cause: 'It ends here.' }, { cloud });
  expect(own.followUps.raised).toHaveLength(50);
  const parts = [...harness.followUps.raised, ...own.followUps.raised].map(({ part }) => part);
  expect(new Set(parts).size).toBe(150);
  const last = new TestHarness({ ledger: harness.ledger, execution: 'incident-3' });
  const [adopted] = own.followUps.raised;
  expect(adopted && (await last.open(busEvent(adopted)))).toBe('observe');
  expect(openingOf(await last.events()).data.follows).toBe('incident-2');
});

test('of 1,100 alarms that are all OK one is raised unseen, to carry those that one close cannot look at', async () => {
  const names = Array.from({ length: 1100 }, (_, n) => `disk-${n}`);
  const harness = await joinedBy(...names);
  await harness.close(undefined, { cloud: cloudOf(Object.fromEntries(names.map((name) => [name, 'OK']))) });
  expect(harness.followUps.raised).toHaveLength(1);
  expect((await harness.last('follow-ups.due')).data.passedOn?.alarms).toBe(99);
});

describe('a forged follow-up', () => {
  const forged = async (change: (raised: FollowUp) => JsonObject, isClosed = true): Promise<string> => {
    const harness = await joinedBy('disk-full', 'memory');
    if (isClosed) await harness.close(undefined, { cloud: cloudOf({ 'disk-full': 'ALARM', memory: 'OK' }) });
    const [raised] = harness.followUps.raised;
    const own = new TestHarness({ ledger: harness.ledger, execution: 'incident-2' });
    const part = '0'.repeat(64);
    await own.open(change(raised ?? { version: '1', incidentId: 'incident-1', part }));
    return (await own.last('incident.refused')).data.reason;
  };

  test('about an incident that has not closed is refused', async () => {
    expect(await forged((one) => busEvent(one), false)).toContain('has no such follow-up on its trace');
  });

  test('about an alarm that was not due is refused', async () => {
    expect(await forged((one) => busEvent({ ...one, part: 'a'.repeat(64) }))).toContain('no such follow-up');
  });

  test('from another account is refused', async () => {
    expect(await forged((one) => busEvent(one, '999999999999'))).toContain('Only 123456789012, eu-west-1, does.');
  });

  test('with an alarm in it is refused', async () => {
    const withAlarm = (one: FollowUp): JsonObject => ({ ...busEvent(one), detail: { ...one, alarmName: 'x' } });
    expect(await forged(withAlarm)).toContain('cannot be read');
  });
});
