import { expect, test } from 'vitest';
import { agentOf } from '../../../../lambdas/kernel/model/agents.ts';
import { lookingAgain, windowFor } from '../../../../lambdas/steps/dry-run/verification-window.ts';
import { call } from '../../../fakes/preset-model.ts';
import { like } from '../../../fixtures/matchers.ts';
import { RESIZE, rules, TestHarness } from '../../../fixtures/harness.ts';
import { BUSY_SERVER } from '../../../local/account/example-world.ts';

const agent = agentOf(rules, 'ec2-responder');

test.each([
  [60, 5, 900, true],
  [300, 3, 1380, true],
  [300, 10, 3480, true],
  [300, 24, 3600, false],
  [86_400, 1, 3600, false],
])('an alarm of %i s times %i makes verification wait %i s, in time: %s', (period, periods, waitSeconds, inTime) => {
  const { verification, check } = windowFor('cpu-high', { period, periods }, 300, agent);
  expect(verification).toEqual({ waitSeconds, alarmNeedsSeconds: period * periods + 480, inTime });
  expect(check.outcome).toBe(inTime ? 'passed' : 'unknown');
  expect(check.detail.includes('cannot be verified in time')).toBe(!inTime);
});

test('an alarm whose periods nobody knows is waited for as long as the agent says', () => {
  const { verification, check } = windowFor('any-red', { unknown: 'it is a composite alarm' }, 300, agent);
  expect(verification).toEqual({ waitSeconds: 900, alarmNeedsSeconds: null, inTime: true });
  expect(check).toMatchObject({ outcome: 'unknown', detail: like('it is a composite alarm') });
});

test('verification looks again after somebody else may have written the old values back, within the longest of the agent', () => {
  const window = windowFor('cpu-high', { period: 60, periods: 5 }, 300, agent);
  expect(lookingAgain(window, undefined, agent)).toEqual({ verification: window.verification, checks: [window.check] });
  expect(lookingAgain(window, 720, agent).verification).toEqual({ ...window.verification, lookAgainSeconds: 720 });
  const alone = lookingAgain(undefined, 1200, agent);
  expect(alone.verification).toEqual({
    waitSeconds: 1200,
    alarmNeedsSeconds: null,
    inTime: true,
    lookAgainSeconds: 1200,
  });
  expect(alone.checks).toEqual([
    {
      name: 'written back',
      outcome: 'passed',
      detail:
        'somebody else may write the old values back within 20 min of the change; verification looks again after that',
    },
  ]);
  const late = lookingAgain(undefined, 7200, agent);
  expect(late.verification).toMatchObject({ waitSeconds: 3600, lookAgainSeconds: 3600 });
  expect(late.checks[0]).toMatchObject({ outcome: 'unknown', detail: like('waits at most 60 min') });
});

const planned = async (world: string) => {
  const harness = await new TestHarness({ world }).begin();
  await harness.decide([call(RESIZE.tool, RESIZE.input)]);
  await harness.authorize();
  await harness.dryRun();
  const { data } = await harness.last('dry-run.finished');
  return { harness, plan: data.made ? data.plan : undefined };
};

test('the plan carries how long its verification waits, by the periods that the alarm has now', async () => {
  const { plan } = await planned(BUSY_SERVER);
  expect(plan?.verification).toMatchObject({ waitSeconds: 900, inTime: true });
  expect(plan?.report.checks.find(({ name }) => name === 'verification')?.outcome).toBe('passed');
});

test('a plan for an alarm that is too slow says “cannot be verified in time”, and the model reads it', async () => {
  const slow = BUSY_SERVER.replace(
    'threshold: 85',
    'threshold: 85\n    evaluationPeriods: 120\n    datapointsToAlarm: 1',
  );
  expect(slow).not.toBe(BUSY_SERVER);
  const { harness, plan } = await planned(slow);
  expect(plan?.verification).toMatchObject({ waitSeconds: 3600, inTime: false });
  expect(await harness.lastReply()).toContain('check verification: unknown. cannot be verified in time');
});

test('an alarm that cannot be read makes no plan fail', async () => {
  const { plan } = await planned(`${BUSY_SERVER}
faults:
  - { command: 'cloudwatch:DescribeAlarms', throttle: true }
`);
  expect(plan?.verification).toEqual({ waitSeconds: 900, alarmNeedsSeconds: null, inTime: true });
});
