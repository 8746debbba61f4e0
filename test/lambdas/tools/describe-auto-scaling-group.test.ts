import { expect, test } from 'vitest';
import { manifest } from '../../../lambdas/tools/describe-auto-scaling-group/manifest.ts';
import { tool } from '../../../lambdas/tools/describe-auto-scaling-group/tool.ts';
import { group, groups, member } from './aws-answers.ts';
import { observing } from './context.ts';

const activity = {
  ActivityId: 'a-1',
  StartTime: '2026-11-02T02:00:00.000Z',
  StatusCode: 'Failed',
  StatusMessage:
    'We currently do not have sufficient m7i.large capacity in the Availability Zone you requested (eu-west-1a).',
  Description: 'Launching a new EC2 instance. Status Reason: …',
  Cause:
    'At 2026-11-02T02:00:00Z an instance was started in response to a difference between desired and actual capacity.',
};

const textOf = async (described: ReturnType<typeof groups>, ...activities: (typeof activity)[]) => {
  const context = observing(manifest);
  context.cloud.answers('autoscaling', 'DescribeAutoScalingGroups', described);
  context.cloud.answers('autoscaling', 'DescribeScalingActivities', { Activities: activities });
  return tool.run({ group: 'web' }, context);
};

test('a group is described with capacity, unhealthy instances first, and why launches fail', async () => {
  const members = [
    member('i-0000000a'),
    member('i-0000000b', { HealthStatus: 'Unhealthy', LifecycleState: 'Terminating' }),
  ];
  const text = await textOf(
    groups(group({ Instances: members, SuspendedProcesses: [{ ProcessName: 'Launch' }] })),
    activity,
  );
  const lines = text.split('\n');
  expect(lines[0]).toBe('web: desired 4 (min 2, max 8), 1 of 2 instances in service');
  expect(lines[1]).toBe('health check: ELB; suspended processes: Launch; environment: production');
  expect(lines[2]).toBe('  i-0000000b m7i.large eu-west-1a Terminating Unhealthy');
  expect(text).toContain('2026-11-02 02:00:00 UTC Failed: We currently do not have sufficient m7i.large capacity');
});

test('a large group is cut short, and the text says so', async () => {
  const members = Array.from({ length: 25 }, (_member, index) => member(`i-000000${index + 10}`));
  expect(await textOf(groups(group({ Instances: members })))).toContain(
    '\n  and 5 more\nno scaling activities on record',
  );
});

test('a group that does not exist is a refusal with the reason', async () => {
  await expect(textOf(groups())).rejects.toThrow(
    'There is no Auto Scaling group "web" in eu-west-1 of account 123456789012.',
  );
});
