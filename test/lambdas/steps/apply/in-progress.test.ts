import { describe, expect, test } from 'vitest';
import { apply } from '../../../../lambdas/steps/apply/step.ts';
import { changeZone } from '../../../../lambdas/steps/change-zone/change-zone.ts';
import { ERROR } from '../../../../lambdas/contracts/error-names.ts';
import { StepError } from '../../../../lambdas/contracts/errors.ts';
import type { EventKind } from '../../../../lambdas/contracts/events.ts';
import { takeLease } from '../../../../lambdas/kernel/limits/lease.ts';
import { CHANGE_SECONDS } from '../../../../lambdas/kernel/changes/timing.ts';
import { runStep } from '../../../../lambdas/runtime/step.ts';
import { CrashingLedger, Crash } from '../../../fakes/crashing-ledger.ts';
import { HmacMac } from '../../../fakes/small-ports.ts';
import { APP, APP_ARN, granted, NO_HELP, RESIZE, type TestHarness } from '../../../fixtures/harness.ts';
import { BUSY_SERVER } from '../../../local/account/example-world.ts';

const RESIZING = ['StopInstances', 'ModifyInstanceAttribute', 'StartInstances'];

const faults = (...lines: readonly string[]): string =>
  `${BUSY_SERVER}\nfaults:\n${lines.map((line) => `  - ${line}\n`).join('')}`;
const SLOW_STOP = faults('{ command: ec2:StopInstances, dryRun: false, times: 1, takesSeconds: 360 }');

/** A granted resize in a world where the stop takes six minutes, or another world. */
const slow = (world = SLOW_STOP, change = RESIZE): Promise<TestHarness> => granted(change, { world });

const countOf = async (harness: TestHarness, kind: EventKind): Promise<number> =>
  (await harness.kinds()).filter((one) => one === kind).length;

const stateOf = async (harness: TestHarness): Promise<unknown> => {
  const cloud = harness.account.cloud({ step: 'a-person' }, 'any');
  const answer: unknown = await cloud.send({
    service: 'ec2',
    command: 'DescribeInstances',
    input: { InstanceIds: [APP] },
  });
  return answer;
};
const isA = (type: string, state: string) => ({
  Reservations: [{ Instances: [{ InstanceType: type, State: { Name: state } }] }],
});

describe('a change that AWS takes minutes for', () => {
  test('is made: a stop of six minutes ends in a resize, under one redemption, with the checks made once', async () => {
    const harness = await slow();
    expect(await harness.applyOnce()).toBe('apply');
    expect((await harness.last('apply.waiting')).data).toMatchObject({ purpose: 'apply', says: `${APP} is stopping.` });
    expect(await harness.apply()).toBe('verify');
    expect(harness.mutations).toEqual(RESIZING);
    for (const kind of ['apply.checked', 'grant.redeemed', 'apply.started', 'apply.finished'] as const)
      expect([kind, await countOf(harness, kind)]).toEqual([kind, 1]);
    expect((await harness.last('apply.finished')).data).toMatchObject({
      outcome: 'applied',
      reconciled: false,
      error: null,
      state: { instanceType: 't3.xlarge', state: 'running' },
    });
    expect(await harness.untilVerified()).toBe('decide');
  });

  test('does not keep a function waiting: no attempt takes longer than a few seconds', async () => {
    const harness = await slow();
    for (let next = 'apply'; next === 'apply';) {
      const before = harness.clock.now().getTime();
      const output = await runStep(apply, harness.at, harness.ports);
      expect(harness.clock.now().getTime() - before).toBeLessThanOrEqual(10_000);
      harness.clock.advance(output.waitSeconds / 60);
      next = output.next;
    }
  });

  test('is not slower where AWS is done at once', async () => {
    const harness = await slow(
      faults(
        '{ command: ec2:StopInstances, dryRun: false, takesSeconds: 4 }',
        '{ command: ec2:StartInstances, dryRun: false, takesSeconds: 4 }',
      ),
    );
    expect(await harness.applyOnce()).toBe('verify');
    expect(await countOf(harness, 'apply.waiting')).toBe(0);
  });

  test('goes on half-way though the switch is off, a freeze begins, and another incident has taken the lease', async () => {
    const harness = await slow();
    await harness.applyOnce();
    harness.switch.position = 'off';
    harness.calendar.closed = 'The change calendar sale is closed.';
    const hours = (count: number) => new Date(harness.clock.now().getTime() + count * 3_600_000);
    expect(await takeLease(harness.ledger, APP_ARN, 'another', hours(9), hours(10))).toBe(true);
    expect(await harness.apply()).toBe('verify');
    expect(harness.mutations).toEqual(RESIZING);
  });

  test.each([
    [
      'whose grant has no valid MAC',
      (one: TestHarness) => ({ grantMac: new HmacMac('another key'), ledger: one.ledger }),
    ],
    [
      'whose redemption is not in the ledger',
      ({ ledger, ports }: TestHarness) => ({
        ledger: { ...ports.ledger, events: ledger.events.bind(ledger), fetch: async () => undefined },
      }),
    ],
  ])('is not gone on with in an incident %s', async (_, change) => {
    const harness = await slow();
    await harness.applyOnce();
    await expect(harness.applyOnce(change(harness))).rejects.toMatchObject({ name: ERROR.contractBroken });
    expect(harness.mutations).toEqual(['StopInstances']);
  });

  test('is not looked at before its time, whoever enters Apply, and only the rest of the wait is left', async () => {
    const harness = await slow();
    const { waitSeconds } = await runStep(apply, harness.at, harness.ports);
    harness.clock.advance(4 / 60);
    const { length } = await harness.events();
    expect(await runStep(apply, harness.at, harness.ports)).toEqual({
      ...harness.at,
      next: 'apply',
      waitSeconds: waitSeconds - 4,
    });
    expect(await harness.events()).toHaveLength(length);
  });

  test('is gone on with by one of two attempts at the same moment', async () => {
    const harness = await slow(faults('{ command: ec2:StopInstances, dryRun: false, takesSeconds: 14 }'));
    await harness.applyOnce();
    const enter = () => runStep(apply, harness.at, harness.ports);
    const attempts = await Promise.allSettled([enter(), enter()]);
    expect(attempts.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(harness.mutations).toEqual(RESIZING);
  });

  test('is made once, wherever it was killed', async () => {
    for (let writes = 0; ; writes += 1) {
      const harness = await slow(faults('{ command: ec2:StopInstances, dryRun: false, takesSeconds: 40 }'));
      // One ledger for all entries, so that each of their writes is the one before which a function dies.
      const ledger = new CrashingLedger(harness.ledger, writes);
      const died = await harness.apply({ ledger }).then(
        () => false,
        (error: unknown) => error instanceof Crash,
      );
      if (!died) return;
      harness.clock.advance(6);
      expect(await harness.apply(), `killed before write ${writes}`).toBe('verify');
      expect(harness.mutations).toEqual(RESIZING);
      for (const kind of ['grant.redeemed', 'apply.started', 'apply.finished'] as const)
        expect([writes, kind, await countOf(harness, kind)]).toEqual([writes, kind, 1]);
    }
  });

  test('ends as unknown when somebody else changes the target meanwhile, and nothing more is called', async () => {
    const harness = await slow();
    await harness.applyOnce();
    harness.account.drift({ instance: APP, type: 't3.large' });
    expect(await harness.apply()).toBe('verify');
    expect((await harness.last('apply.finished')).data).toMatchObject({
      outcome: 'unknown',
      error: { code: 'Drifted' },
    });
    expect(harness.mutations).toEqual(['StopInstances']);
  });

  test('is gone on with when AWS answers again', async () => {
    const harness = await slow();
    await harness.applyOnce();
    const silent = new StepError(ERROR.cloudUnavailable, 'The connection was lost.', 'Wait.');
    expect(await harness.applyOnce(harness.reading(() => Promise.reject(silent)))).toBe('apply');
    expect(await harness.apply()).toBe('verify');
    expect((await harness.last('apply.finished')).data.outcome).toBe('applied');
    expect(harness.mutations).toEqual(RESIZING);
  });

  test('is not begun any more once its time is over', async () => {
    const harness = await granted();
    const dying = { assume: () => Promise.reject(new Crash()) };
    await expect(harness.apply({ credentials: dying })).rejects.toThrow(Crash);
    expect(harness.mutations).toEqual([]);
    harness.clock.advance(CHANGE_SECONDS / 60);
    expect(await harness.apply()).toBe('decide');
    expect(harness.mutations).toEqual([]);
    expect(await harness.lastReply()).toContain('it is not begun any more');
  });
});

describe('a change that does not come to its end', () => {
  /** Applies until the change is given up, and lets Verify say what follows. */
  const givenUp = async (harness: TestHarness): Promise<string> => {
    const begun = harness.clock.now().getTime();
    expect(await harness.apply()).toBe('verify');
    expect((await harness.last('apply.finished')).data.outcome).toBe('unknown');
    expect(harness.clock.now().getTime() - begun).toBeLessThanOrEqual((CHANGE_SECONDS + 60) * 1000);
    return harness.verify();
  };

  test('is given up after 15 minutes; a start that never comes is rolled back at once, and the old type runs again', async () => {
    const harness = await slow(faults('{ command: ec2:StartInstances, dryRun: false, times: 160, throttle: true }'));
    expect(await givenUp(harness)).toBe('rollback');
    expect((await harness.last('apply.finished')).data).toMatchObject({
      error: { code: 'StillInProgress' },
      state: { instanceType: 't3.xlarge', state: 'stopped' },
    });
    expect(await harness.rollback()).toBe('decide');
    expect(await stateOf(harness)).toMatchObject(isA('t3.small', 'running'));
  });

  test('and whose start takes 25 minutes is rolled back as soon as AWS lets it be stopped', async () => {
    const harness = await slow(faults('{ command: ec2:StartInstances, dryRun: false, times: 1, takesSeconds: 1500 }'));
    expect(await givenUp(harness)).toBe('rollback');
    expect(await harness.rollback()).toBe('decide');
    expect(harness.mutations).toEqual([...RESIZING, ...RESIZING]);
    expect(await stateOf(harness)).toMatchObject(isA('t3.small', 'running'));
  });

  test('and whose stop never ends goes to a human, in words', async () => {
    const harness = await slow(faults('{ command: ec2:StopInstances, dryRun: false, takesSeconds: 3600 }'));
    expect(await givenUp(harness)).toBe('rollback');
    expect(await harness.rollback()).toBe('close');
    expect((await harness.last('escalation.asked')).data.reason).toMatch(
      new RegExp(`${APP} is stopping\\. .*not waited for any longer\\. A human must look at ${APP_ARN} now`),
    );
  });

  test('because AWS refuses both types is rolled back, which starts the old one when AWS has room again', async () => {
    const refused =
      '{ command: ec2:StartInstances, dryRun: false, times: 2, error: { code: InsufficientInstanceCapacity } }';
    const harness = await slow(faults(refused));
    expect(await givenUp(harness)).toBe('rollback');
    expect((await harness.last('apply.finished')).data.error?.says).toContain('IT IS STOPPED');
    expect(await harness.rollback()).toBe('decide');
    expect(await stateOf(harness)).toMatchObject(isA('t3.small', 'running'));
  });

  test('leaves no mark on one that did: an instance that a person stopped after the change is not rolled back', async () => {
    const harness = await granted(NO_HELP);
    expect(await harness.apply()).toBe('verify');
    expect(await harness.untilVerified()).toBe('rollback');
    await harness.stopByHand();
    expect(await harness.rollback()).toBe('close');
    const { checks } = (await harness.last('apply.checked')).data;
    expect(checks.at(-1)).toMatchObject({ check: 'drift', outcome: 'refused' });
    expect(harness.mutations).toEqual([]);
  });
});

test('an execution from before the upgrade, which has no state to wait in, is made to enter Apply again', async () => {
  const harness = await slow();
  await expect(changeZone({ step: 'apply', state: harness.at }, harness.ports)).rejects.toMatchObject({
    name: ERROR.applyInFlight,
  });
  harness.clock.advance(0.5);
  const payload = { step: 'apply', state: harness.at, waits: true };
  expect(await changeZone(payload, harness.ports)).toMatchObject({ next: 'apply', seq: harness.at.seq });
});
