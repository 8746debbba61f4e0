import { describe, expect, test } from 'vitest';
import { CloudError } from '../../../../lambdas/contracts/errors.ts';
import { takeLease } from '../../../../lambdas/kernel/limits/lease.ts';
import { trippedBreaker } from '../../../../lambdas/kernel/limits/breaker.ts';
import { WITH_EVERYTHING as alarm } from '../../../../lambdas/kernel/model/first-look.ts';
import { allOf } from '../../../../lambdas/kernel/trace/queries.ts';
import { recordOutcome } from '../../../../lambdas/kernel/limits/track-record.ts';
import { runStep } from '../../../../lambdas/runtime/step.ts';
import { VERIFY_READS } from '../../../../lambdas/contracts/verify-reads.ts';
import { lookAtAlarm, lookAtGuards } from '../../../../lambdas/steps/verify/health-checks.ts';
import { verify } from '../../../../lambdas/steps/verify/step.ts';
import { FakeCloud } from '../../../fakes/fake-cloud.ts';
import { MemoryLedger } from '../../../fakes/memory-ledger.ts';
import { resizePlan } from '../../../fixtures/plans.ts';
import { APP, APP_ARN, NO_HELP, REBOOT, RESIZE, Room } from '../../../fixtures/harness.ts';

const applied = async (change: typeof RESIZE | typeof REBOOT = RESIZE): Promise<Room> => {
  const room = await (await new Room().begin()).untilGranted(change);
  expect(await room.apply()).toBe('verify');
  return room;
};

test('the third change of an agent in a row that does not help trips its breaker, and is undone all the same', async () => {
  const ledger = new MemoryLedger();
  for (const n of [1, 2]) {
    const earlier = { digest: `sha256:${n}`, outcome: 'unhealed', what: `resize_instance on i-${n}` } as const;
    await recordOutcome(ledger, 'ec2-responder', earlier);
  }
  const room = await (await new Room({ ledger }).begin()).untilGranted(NO_HELP);
  await room.apply();
  expect(await room.untilVerified()).toBe('rollback');
  const { data } = await room.last('breaker.tripped');
  expect(data).toMatchObject({ scope: 'agent:ec2-responder', policy: 'changes-do-not-help' });
  expect(await trippedBreaker(ledger, 'ec2-responder', 'arn:aws:ec2:anything')).toContain('did not help');
  expect(await room.rollback()).toBe('decide');
});

test('a Verify that is retried after it tripped the breaker records nothing twice', async () => {
  const ledger = new MemoryLedger();
  for (const n of [1, 2])
    await recordOutcome(ledger, 'ec2-responder', { digest: `sha256:${n}`, outcome: 'worse', what: 'x' });
  const room = await (await new Room({ ledger }).begin()).untilGranted(NO_HELP);
  await room.apply();
  let entered = room.at;
  do entered = room.at;
  while ((await room.verify()) === 'verify');
  const kinds = await room.kinds();
  await recordOutcome(ledger, 'ec2-responder', { digest: 'sha256:9', outcome: 'healed', what: 'x' });
  const again = await runStep(verify, entered, room.ports);
  expect(again).toMatchObject({ next: 'rollback', seq: kinds.length });
  expect(await room.kinds()).toEqual(kinds);
});

describe('after a change', () => {
  test('that helped, the model is told to conclude', async () => {
    const room = await applied();
    expect(await room.untilVerified()).toBe('decide');
    expect((await room.last('change.verified')).data.outcome).toBe('healed');
    expect(await room.told()).toMatch(/^P1 was applied and the alarm has healed\..*cpu-high is OK/);
  });

  test('that did not help, it is looked at once a minute until the window is over, and then undone', async () => {
    const room = await applied(NO_HELP);
    expect(await room.untilVerified()).toBe('rollback');
    const looks = allOf(await room.events(), 'change.verified').map(({ data }) => data);
    expect(looks.slice(0, -1).every(({ outcome, next }) => outcome === 'waiting' && next === 'wait')).toBe(true);
    expect(looks.at(-1)).toMatchObject({ outcome: 'unhealed', next: 'rollback' });
    expect(looks.at(-1)?.secondsSinceChange).toBeGreaterThanOrEqual(15 * 60);
    expect(looks.length).toBeGreaterThan(5);
  });

  test('that did not help and cannot be undone, the model is told so', async () => {
    const room = await applied(REBOOT);
    expect(await room.untilVerified()).toBe('decide');
    expect((await room.last('change.verified')).data.outcome).toBe('unhealed');
    expect(await room.told()).toMatch(/did not help\..*It stays in place/);
  });

  test('that somebody took back has not taken hold, whatever the alarm says', async () => {
    const room = await applied();
    const somebody = room.account.cloud({ step: 'a-person' }, 'any');
    await somebody.send({ service: 'ec2', command: 'StopInstances', input: { InstanceIds: [APP] } });
    room.clock.advance(1);
    await room.verify();
    const { outcome, findings } = (await room.last('change.verified')).data;
    expect(findings[0]).toMatchObject({ name: 'post-condition', outcome: 'bad' });
    expect(outcome).toBe('waiting');
  });

  test('the target is free for others once the verdict is in, and not before', async () => {
    const room = await applied();
    const other = (): Promise<boolean> => {
      const now = room.clock.now();
      return takeLease(room.ledger, APP_ARN, 'another', now, new Date(now.getTime() + 60_000));
    };
    await room.verify();
    expect(await other()).toBe((await room.last('change.verified')).data.next === 'report');
    await room.untilVerified();
    expect(await other()).toBe(true);
  });

  test('a look that AWS does not answer is unknown, which is not good', async () => {
    const room = await applied();
    room.clock.advance(30);
    const cloud: typeof room.ports.cloud = (calls, scene) => ({
      ...room.ports.cloud(calls, scene),
      send: () => Promise.reject(new CloudError('AccessDenied', 'no')),
    });
    const { next } = await runStep(verify, room.at, { ...room.ports, cloud });
    expect(next).toBe('decide');
    expect((await room.last('change.verified')).data).toMatchObject({
      outcome: 'inconclusive',
      findings: [{ outcome: 'unknown' }, { outcome: 'unknown' }, { outcome: 'unknown' }],
    });
  });
});

describe('the alarm', () => {
  const states = (MetricAlarms: string[], CompositeAlarms: string[] = []): FakeCloud =>
    new FakeCloud(VERIFY_READS).answers('cloudwatch', 'DescribeAlarms', {
      MetricAlarms: MetricAlarms.map((StateValue) => ({ StateValue })),
      CompositeAlarms: CompositeAlarms.map((StateValue) => ({ StateValue })),
    });

  test.each([
    ['OK', 'good'],
    ['ALARM', 'bad'],
    ['INSUFFICIENT_DATA', 'unknown'],
  ])('%s is %s', async (state, outcome) => {
    expect((await lookAtAlarm(states([state]), alarm)).outcome).toBe(outcome);
    expect((await lookAtAlarm(states([], [state]), alarm)).outcome).toBe(outcome);
  });

  test('that was deleted says nothing', async () => {
    expect((await lookAtAlarm(states([]), alarm)).outcome).toBe('unknown');
  });

  test('that there never was says nothing', async () => {
    expect((await lookAtAlarm(states([]), null)).outcome).toBe('unknown');
  });
});

describe('guard metrics, newest minute first', () => {
  const { target } = resizePlan('incident-1', 'rules');
  const look = async (...values: number[]) => {
    const cloud = new FakeCloud(VERIFY_READS).answers('cloudwatch', 'GetMetricData', {
      MetricDataResults: [{ Values: values }],
    });
    const [guard] = await lookAtGuards(cloud, target, new Date(0), new Date(600_000));
    expect(cloud.inputsOf('GetMetricData')[0]).toMatchObject({ ScanBy: 'TimestampDescending' });
    return guard?.outcome;
  };

  test.each([
    ['a machine that fails now is worse, however good it was before', [1, 1, 1, 0, 0, 0], 'bad'],
    ['a machine that failed while it booted is good', [0, 0, 0, 1, 1, 1], 'good'],
    ['a machine that has only begun to fail is not judged yet', [1, 1, 0, 0], 'unknown'],
    ['too few minutes are not judged yet', [1, 1], 'unknown'],
    ['no minutes say nothing', [], 'unknown'],
  ])('%s', async (_name, values, outcome) => {
    expect(await look(...values)).toBe(outcome);
  });

  test('there are none for a kind of target without any', async () => {
    const cloud = new FakeCloud(VERIFY_READS);
    expect(await lookAtGuards(cloud, { ...target, kind: 'group' }, new Date(0), new Date(1))).toEqual([]);
  });
});
