import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { apply } from '../../../../lambdas/steps/apply/step.ts';
import { translateAwsError } from '../../../../lambdas/adapters/aws/errors.ts';
import { runStep } from '../../../../lambdas/runtime/step.ts';
import { ERROR } from '../../../../lambdas/contracts/error-names.ts';
import { CloudError, StepError } from '../../../../lambdas/contracts/errors.ts';
import { lastChange } from '../../../../lambdas/kernel/limits/cooldown.ts';
import { currentPlan } from '../../../../lambdas/kernel/trace/queries.ts';
import type { ChangeCredentials, Cloud, CloudRequest } from '../../../../lambdas/contracts/ports.ts';
import { CrashingLedger, Crash } from '../../../fakes/crashing-ledger.ts';
import { APP, APP_ARN, granted, REBOOT, TestHarness } from '../../../fixtures/harness.ts';
import { FLEET } from '../../../local/account/example-world.ts';
import { refOf } from '../../../../lambdas/contracts/plan.ts';

const SCALE = {
  tool: 'set_auto_scaling_capacity',
  input: { group: 'web', desired: 12, why: 'The fleet is busy (E1).' },
};

/** Credentials whose sessions do something else before a call, or in its place. */
const intercepting = (
  { ports }: TestHarness,
  intercept: (request: CloudRequest, send: Cloud['send']) => Promise<unknown>,
): { credentials: ChangeCredentials } => ({
  credentials: {
    assume: async (scope) => {
      const cloud = await ports.credentials.assume(scope);
      return { ...cloud, send: (request) => intercept(request, (one) => cloud.send(one)) };
    },
  },
});

/** Calls that take a moment, so that two attempts overlap. */
const slow = (harness: TestHarness): { credentials: ChangeCredentials } =>
  intercepting(harness, async (request, send) => {
    await setTimeout(20);
    return send(request);
  });

const RESIZING = ['StopInstances', 'ModifyInstanceAttribute', 'StartInstances'];
const noAnswer = (): StepError => new StepError(ERROR.cloudUnavailable, 'The connection was lost.', 'Wait.');

/** A fleet of ten with a plan of twelve, or of another number; its incident was opened by hand, as no alarm of it exists. */
const grantedFleet = async (desired = SCALE.input.desired): Promise<TestHarness> => {
  const harness = new TestHarness({
    world: `${FLEET}
alarms:
  - { name: busy, metric: { namespace: AWS/EC2, name: CPUUtilization, dimensions: { AutoScalingGroupName: web } }, threshold: 10 }
`,
  });
  await harness.open(harness.alarmEvent('busy'));
  await harness.observe();
  await harness.propose(SCALE.tool, { ...SCALE.input, desired });
  await harness.confirm();
  await harness.grant();
  return harness;
};

describe('a change', () => {
  test('is made once, under credentials cut to its calls and its target', async () => {
    const harness = await granted();
    const scopes: unknown[] = [];
    const { credentials } = harness.ports;
    const recording: ChangeCredentials = {
      assume: (scope) => {
        scopes.push({ ...scope, target: refOf(scope.target), calls: scope.calls.map((one) => one.command) });
        return credentials.assume(scope);
      },
    };
    expect(await harness.apply({ credentials: recording })).toBe('verify');
    expect(harness.mutations).toEqual(RESIZING);
    expect(scopes.slice(1)).toEqual(scopes.slice(1).map(() => scopes[0]));
    expect(scopes.slice(0, 1)).toEqual([
      {
        calls: RESIZING,
        provider: 'aws',
        target: `arn:aws:ec2:eu-west-1:123456789012:instance/${APP}`,
        location: { incidentId: 'incident-1', accountRegion: { account: '123456789012', region: 'eu-west-1' } },
        tool: 'resize_instance',
        purpose: 'apply',
        sessionName: 'apply-incident-1',
      },
    ]);
    expect((await harness.last('apply.finished')).data).toMatchObject({
      outcome: 'applied',
      reconciled: false,
      error: null,
    });
  });

  test('starts the cooldown of its target, and growing does not count as a cut', async () => {
    const harness = await granted();
    const at = harness.clock.now().toISOString();
    await harness.apply();
    expect(await lastChange(harness.ledger, APP_ARN)).toEqual({ lastChangeAt: at });
  });

  test('that takes capacity away starts the cooldown of cuts too', async () => {
    const harness = await grantedFleet(9);
    const at = harness.clock.now().toISOString();
    expect(await harness.apply()).toBe('verify');
    const arn = refOf(currentPlan(await harness.events()).plan.target);
    expect(await lastChange(harness.ledger, arn)).toEqual({ lastChangeAt: at, lastCutAt: at });
  });

  test('stands on the trace before its first call', async () => {
    const harness = await granted();
    const seen: string[] = [];
    await harness.apply(
      intercepting(harness, async (request, send) => {
        seen.push((await harness.kinds()).at(-1) ?? '');
        return send(request);
      }),
    );
    expect(seen[0]).toBe('apply.started');
    expect(new Set(seen)).toEqual(new Set(['apply.started', 'apply.resumed']));
  });

  test('that AWS refuses is reported to the model, with the state that the target is in now', async () => {
    const harness = await granted();
    const why = ['UnauthorizedOperation', 'You are not authorized.'] as const;
    const refused = new CloudError(...why, undefined, undefined, { forModel: 'The role may not do this.' });
    const refusing = intercepting(harness, async (request, send) => {
      if (request.command === 'StopInstances') throw refused;
      return send(request);
    });
    expect(await harness.apply(refusing)).toBe('decide');
    expect(await harness.lastReply()).toMatch(
      /^Action failed: UnauthorizedOperation: You are not authorized\. The role may not do this\.[^]*The target is now: .*t3\.small/,
    );
    expect(harness.mutations).toEqual([]);
  });

  test('whose answer was lost is read off the target', async () => {
    const harness = await grantedFleet();
    const losing = intercepting(harness, async (request, send) => {
      await send(request);
      throw noAnswer();
    });
    expect(await harness.apply(losing)).toBe('verify');
    expect((await harness.last('apply.finished')).data).toMatchObject({ outcome: 'applied', reconciled: true });
    expect(harness.mutations).toEqual(['SetDesiredCapacity']);
  });

  test('that got no answer is gone on with when AWS answers, though the target looks untouched: reads lag', async () => {
    const harness = await grantedFleet();
    let sent = 0;
    const losing = intercepting(harness, (request, send) => {
      sent += 1;
      return sent <= 2 ? Promise.reject(noAnswer()) : send(request);
    });
    expect(await harness.apply(losing)).toBe('verify');
    expect((await harness.last('apply.finished')).data).toMatchObject({ outcome: 'applied', state: { desired: 12 } });
    expect(sent).toBe(3);
    // So that a tool is not told that AWS is busy with a change of which nobody knows whether it was made.
    expect((await harness.last('apply.waiting')).data.unanswered).toBe(true);
  });

  test('that never reached AWS has failed after 15 minutes, and may be proposed again', async () => {
    const harness = await grantedFleet();
    const losing = intercepting(harness, () => Promise.reject(noAnswer()));
    expect(await harness.apply(losing)).toBe('decide');
    expect((await harness.last('apply.finished')).data).toMatchObject({ outcome: 'failed', state: { desired: 10 } });
  });

  test('that cannot be repeated and got no answer is unknown, and is never made again', async () => {
    const harness = await granted(REBOOT);
    let sent = 0;
    const losing = intercepting(harness, async (request, send) => {
      sent += 1;
      await send(request);
      throw noAnswer();
    });
    expect(await harness.apply(losing)).toBe('verify');
    expect((await harness.last('apply.finished')).data.outcome).toBe('unknown');
    expect(sent).toBe(1);
  });

  test.each([
    ['RequestTimeout', 'Your socket connection to the server was not read from.'],
    ['RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.'],
    ['ValidationError', 'Rate exceeded'],
  ])('that AWS answers with %s (%s) is unknown, not failed, if it cannot be repeated', async (name, message) => {
    const harness = await granted(REBOOT);
    const thrown = Object.assign(new Error(message), { name, $fault: 'client', $metadata: { httpStatusCode: 400 } });
    const failing = intercepting(harness, () =>
      Promise.reject(translateAwsError('ec2:RebootInstances on i-1', thrown)),
    );
    expect(await harness.apply(failing)).toBe('verify');
    const { data } = await harness.last('apply.finished');
    expect(data).toMatchObject({ outcome: 'unknown', error: { code: 'CloudUnavailable' } });
    expect(data.error?.says).toContain('ec2:RebootInstances on i-1');
  });

  test('after which AWS does not say how the target is, was made all the same', async () => {
    const harness = await grantedFleet();
    let made = false;
    const blind = intercepting(harness, async (request, send) => {
      made = true;
      return send(request);
    });
    const cloud: typeof harness.ports.cloud = (calls, location) => {
      const real = harness.ports.cloud(calls, location);
      return { ...real, send: (request) => (made ? Promise.reject(noAnswer()) : real.send(request)) };
    };
    expect(await harness.apply({ ...blind, cloud })).toBe('verify');
    expect((await harness.last('apply.finished')).data).toMatchObject({ outcome: 'applied', state: null });
  });

  test('fails loudly on a bug of a tool, and is not taken for an answer of AWS', async () => {
    const harness = await granted();
    await expect(harness.apply(intercepting(harness, () => Promise.reject(new TypeError('a bug'))))).rejects.toThrow(
      'a bug',
    );
    expect(await harness.kinds()).not.toContain('apply.finished');
  });
});

describe('an interrupted change', () => {
  /** Kills Apply before or after one of its calls, and lets its deadline pass. */
  const killedAt = async (
    harness: TestHarness,
    point: (request: CloudRequest) => 'before' | 'after' | 'go on',
    minutes = 6,
  ): Promise<TestHarness> => {
    const dying = intercepting(harness, async (request, send) => {
      const when = point(request);
      if (when === 'before') throw new Crash();
      const answer = await send(request);
      if (when === 'after') throw new Crash();
      return answer;
    });
    await expect(harness.apply(dying)).rejects.toThrow(Crash);
    harness.clock.advance(minutes);
    return harness;
  };

  test('is not touched while its first attempt may still be running', async () => {
    const harness = await killedAt(await granted(), () => 'before', 0);
    await expect(harness.apply()).rejects.toMatchObject({ name: ERROR.applyInFlight });
    expect(harness.mutations).toEqual([]);
  });

  test('that died between write-ahead and call is finished, once', async () => {
    const harness = await killedAt(await granted(), () => 'before');
    expect(await harness.apply()).toBe('verify');
    expect(harness.mutations).toEqual(RESIZING);
    expect((await harness.last('apply.finished')).data).toMatchObject({ outcome: 'applied', reconciled: true });
  });

  test.each(RESIZING)('that died right after %s goes on from there', async (command) => {
    const harness = await killedAt(await granted(), (request) => (request.command === command ? 'after' : 'go on'));
    expect(await harness.apply()).toBe('verify');
    expect(harness.mutations).toEqual(RESIZING);
  });

  test('that two attempts begin in the same millisecond is made by one of them', async () => {
    const harness = await granted(REBOOT);
    const { at } = harness;
    const attempts = [runStep(apply, at, harness.ports), runStep(apply, at, harness.ports)];
    const outcomes = (await Promise.allSettled(attempts)).map(({ status }) => status);
    expect(harness.mutations).toEqual(['RebootInstances']);
    expect(outcomes.toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  test('that died between call and record is reconciled, not made twice', async () => {
    const harness = await grantedFleet();
    await killedAt(harness, () => 'after');
    expect(await harness.apply()).toBe('verify');
    expect(harness.mutations).toEqual(['SetDesiredCapacity']);
    expect((await harness.last('apply.finished')).data).toMatchObject({ outcome: 'applied', reconciled: true });
  });

  test('that cannot be repeated is left to people to decide', async () => {
    const harness = await killedAt(await granted(REBOOT), () => 'after');
    expect(await harness.apply()).toBe('verify');
    expect((await harness.last('apply.finished')).data).toMatchObject({
      outcome: 'unknown',
      error: { code: 'OutcomeUnknown' },
    });
    expect(harness.mutations).toEqual(['RebootInstances']);
  });

  test('is not resumed over what somebody else did meanwhile', async () => {
    const harness = await grantedFleet();
    await killedAt(harness, () => 'before');
    const somebody = harness.account.cloud({ step: 'a-person' }, 'any');
    const input = { AutoScalingGroupName: 'web', DesiredCapacity: 11 };
    await somebody.send({ service: 'autoscaling', command: 'SetDesiredCapacity', input });
    expect(await harness.apply()).toBe('verify');
    expect((await harness.last('apply.finished')).data).toMatchObject({ outcome: 'unknown', state: { desired: 11 } });
    expect(harness.mutations).toHaveLength(1);
  });

  test('that had not begun is not begun any more once the switch is off', async () => {
    const harness = await killedAt(await granted(), () => 'before');
    harness.switch.position = 'off';
    expect(await harness.apply()).toBe('decide');
    expect(harness.mutations).toEqual([]);
    expect(await harness.lastReply()).toContain('The kill switch is off.');
  });

  test('that left the target half-way is brought to its end even when the switch is off', async () => {
    const harness = await killedAt(await granted(), ({ command }) => (command === 'StopInstances' ? 'after' : 'go on'));
    harness.switch.position = 'off';
    expect(await harness.apply()).toBe('verify');
    expect(harness.mutations.at(-1)).toBe('StartInstances');
  });

  test('whose target is gone is unknown, not a failure of the harness', async () => {
    const harness = await killedAt(await granted(), () => 'before');
    const gone = new CloudError('InvalidInstanceID.NotFound', 'It does not exist.');
    expect(await harness.apply(harness.reading(() => Promise.reject(gone)))).toBe('verify');
    expect((await harness.last('apply.finished')).data).toMatchObject({ outcome: 'unknown', state: null });
  });

  test('is resumed by one of two attempts only', async () => {
    const harness = await killedAt(await granted(), () => 'before');
    const attempts = await Promise.allSettled([harness.apply(slow(harness)), harness.apply(slow(harness))]);
    expect(attempts.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(harness.mutations).toEqual(RESIZING);
  });

  test('is made once, wherever it was killed', async () => {
    for (let writes = 0; ; writes += 1) {
      const harness = await granted();
      const dying = harness.apply({ ledger: new CrashingLedger(harness.ledger, writes) });
      const died = await dying.then(
        () => false,
        (error: unknown) => error instanceof Crash,
      );
      if (!died) return;
      harness.clock.advance(5.1);
      expect(await harness.apply(), `killed before write ${writes}`).toBe('verify');
      expect(harness.mutations).toEqual(RESIZING);
      expect((await harness.kinds()).filter((kind) => kind === 'apply.started')).toHaveLength(1);
      expect((await harness.kinds()).filter((kind) => kind === 'apply.finished')).toHaveLength(1);
    }
  });
});

test('of two attempts at the same moment one makes the change', async () => {
  const harness = await granted();
  const attempts = await Promise.allSettled([harness.apply(slow(harness)), harness.apply(slow(harness))]);
  expect(attempts.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(harness.mutations).toEqual(RESIZING);
});
