import { expect, test } from 'vitest';
import { manifest } from '../../../lambdas/tools/describe-instances/manifest.ts';
import { tool } from '../../../lambdas/tools/describe-instances/tool.ts';
import { ID, instanceAnswer, instances, instanceTypes } from './aws-answers.ts';
import { observing } from './context.ts';

const context = (...all: Parameters<typeof instances>) => {
  const made = observing(manifest);
  made.cloud.answers('ec2', 'DescribeInstances', instances(...all));
  made.cloud.answers('ec2', 'DescribeInstanceTypes', instanceTypes);
  made.cloud.answers('ec2', 'DescribeInstanceStatus', {
    InstanceStatuses: [{ InstanceId: ID, SystemStatus: { Status: 'ok' }, InstanceStatus: { Status: 'impaired' } }],
  });
  return made;
};

test('an instance is described with state, size, health, group and tags', async () => {
  const text = await tool.run({ instanceIds: [ID] }, context(instanceAnswer()));
  expect(text).toBe(
    [
      `${ID} is running, m7i.large (2 vCPU, 8192 MiB, x86_64)`,
      'status checks: system ok, instance impaired',
      'zone eu-west-1a, launched 2026-10-01 08:00:00 UTC, Linux/UNIX, root device ebs',
      'Auto Scaling group: none; environment: staging',
      'tags: Name=checkout-1, Environment=Staging',
    ].join('\n'),
  );
});

test('a stopped instance is described with AWS’s reason', async () => {
  const stopped = instanceAnswer({
    State: { Code: 80, Name: 'stopped' },
    StateReason: {
      Code: 'Client.UserInitiatedShutdown',
      Message: 'Client.UserInitiatedShutdown: User initiated shutdown',
    },
  });
  expect(await tool.run({ instanceIds: [ID] }, context(stopped))).toContain(
    'is stopped (Client.UserInitiatedShutdown: User initiated shutdown)',
  );
});

test('unknown instances are an answer, not an exception', async () => {
  expect(await tool.run({ instanceIds: [ID] }, context())).toBe(
    'There are no such instances in eu-west-1 of account 123456789012.',
  );
});

test('an invalid instance id is refused before any call', () => {
  expect(manifest.input.safeParse({ instanceIds: ['i-xyz; rm'] }).success).toBe(false);
});
