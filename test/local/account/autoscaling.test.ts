import { expect, test } from 'vitest';
import * as z from 'zod';
import { FLEET, ExampleWorld } from './example-world.ts';
import { like } from '../../fixtures/matchers.ts';

const web = { AutoScalingGroupName: 'web' };
const Groups = z.object({
  AutoScalingGroups: z.array(
    z.object({
      DesiredCapacity: z.number(),
      Instances: z.array(z.object({ InstanceId: z.string(), LifecycleState: z.string() })),
    }),
  ),
});
const group = async (example: ExampleWorld) => {
  const answer = await example.send('autoscaling:DescribeAutoScalingGroups', { AutoScalingGroupNames: ['web'] });
  return Groups.parse(answer).AutoScalingGroups[0];
};

test('a group is described with its bounds and its members', async () => {
  const example = new ExampleWorld(FLEET);
  expect(await example.send('autoscaling:DescribeAutoScalingGroups', { AutoScalingGroupNames: ['web'] })).toMatchObject(
    {
      AutoScalingGroups: [
        {
          AutoScalingGroupName: 'web',
          AutoScalingGroupARN: like(
            /^arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:[0-9a-f-]{36}:autoScalingGroupName\/web$/,
          ),
          MinSize: 2,
          MaxSize: 12,
          DesiredCapacity: 10,
          DefaultCooldown: 300,
        },
      ],
    },
  );
  expect((await group(example))?.Instances).toHaveLength(10);
  expect(await example.send('autoscaling:DescribeAutoScalingGroups', { AutoScalingGroupNames: ['nope'] })).toEqual({
    AutoScalingGroups: [],
  });
});

test('its members are EC2 instances with the tag that only AWS sets', async () => {
  const example = new ExampleWorld(FLEET);
  const [member] = (await group(example))?.Instances ?? [];
  const InstanceIds = [member?.InstanceId ?? ''];
  expect(await example.send('ec2:DescribeInstances', { InstanceIds })).toMatchObject({
    Reservations: [
      { Instances: [{ InstanceType: 'm6i.large', Tags: [{ Key: 'aws:autoscaling:groupName', Value: 'web' }] }] },
    ],
  });
});

test('scaling in terminates, and every activity says why', async () => {
  const example = new ExampleWorld(FLEET);
  await example.send('autoscaling:SetDesiredCapacity', { ...web, DesiredCapacity: 8 });
  const now = await group(example);
  expect(now?.DesiredCapacity).toBe(8);
  expect(now?.Instances.filter((instance) => instance.LifecycleState === 'Terminating')).toHaveLength(2);
  expect(await example.send('autoscaling:DescribeScalingActivities', { ...web, MaxRecords: 1 })).toMatchObject({
    Activities: [
      {
        StatusCode: 'InProgress',
        Description: like(/^Terminating EC2 instance: i-/),
        Cause: like(
          /a user request explicitly set group desired capacity changing the desired capacity from 10 to 8\..*from 9 to 8/,
        ),
      },
    ],
    NextToken: '1',
  });
  example.wait(61);
  expect((await group(example))?.Instances).toHaveLength(8);
});

test('the bounds are enforced, with the messages of AWS', async () => {
  const example = new ExampleWorld(FLEET);
  const set = (DesiredCapacity: number) =>
    example.refusal('autoscaling:SetDesiredCapacity', { ...web, DesiredCapacity });
  expect(await set(20)).toEqual({
    code: 'ValidationError',
    message: 'New SetDesiredCapacity value 20 is above max value 12 for the AutoScalingGroup.',
  });
  expect((await set(1)).message).toContain('is below min value 2');
  const unknown = await example.refusal('autoscaling:SetDesiredCapacity', {
    AutoScalingGroupName: 'nope',
    DesiredCapacity: 1,
  });
  expect(unknown.message).toContain('AutoScalingGroup name not found');
});

test('a caller that honours the cooldown is refused during it', async () => {
  const example = new ExampleWorld(FLEET);
  await example.send('autoscaling:SetDesiredCapacity', { ...web, DesiredCapacity: 9 });
  const again = { ...web, DesiredCapacity: 8, HonorCooldown: true };
  expect((await example.refusal('autoscaling:SetDesiredCapacity', again)).code).toBe('ScalingActivityInProgress');
  example.wait(300);
  await example.send('autoscaling:SetDesiredCapacity', again);
});

test('a group without scaling policies says so', async () => {
  expect(await new ExampleWorld(FLEET).send('autoscaling:DescribePolicies', web)).toEqual({ ScalingPolicies: [] });
});
