import { expect, test } from 'vitest';
import type { AwsCall } from '../../../lambdas/contracts/tool.ts';
import { APP, APP_ARN, BUSY_SERVER, FLEET, ExampleWorld } from './example-world.ts';

const other = 'i-0ffffffffffffffff';
const STOP: AwsCall = { service: 'ec2', command: 'StopInstances', scope: 'target' };
const withOther = BUSY_SERVER.replace('alarms:', `  - { id: ${other}, type: t3.small, zone: eu-west-1a }\nalarms:`);
const scope = { calls: [STOP], targetArn: APP_ARN, sessionName: 'inc-1' };

test('a session makes the change that it is limited to', async () => {
  const example = new ExampleWorld(withOther);
  const session = await example.account.change('apply').assume(scope);
  await example.send('ec2:StopInstances', { InstanceIds: [APP] }, session);
  expect((await example.instance()).state).toBe('stopping');
});

test('a session cannot touch another target, not even together with its own, not even in a dry run', async () => {
  const example = new ExampleWorld(withOther);
  const session = await example.account.change('apply').assume(scope);
  for (const input of [
    { InstanceIds: [other] },
    { InstanceIds: [APP, other] },
    { InstanceIds: [other], DryRun: true },
  ]) {
    const { code, message } = await example.refusal('ec2:StopInstances', input, session);
    expect(code).toBe('UnauthorizedOperation');
    expect(message).toContain(`ec2:StopInstances on resource: arn:aws:ec2:eu-west-1:123456789012:instance/${other}`);
  }
  expect((await example.instance()).state).toBe('running');
});

test('a session makes no other call, reads included', async () => {
  const example = new ExampleWorld(withOther);
  const session = await example.account.change('apply').assume(scope);
  expect((await example.refusal('ec2:StartInstances', { InstanceIds: [APP] }, session)).code).toBe(
    'UnauthorizedOperation',
  );
  expect((await example.refusal('cloudwatch:DescribeAlarms', {}, session)).code).toBe('AccessDenied');
  expect((await example.refusal('logs:StopQuery', { queryId: 'q-1' }, session)).code).toBe('AccessDeniedException');
});

test('an action without resource-level permission is allowed as a whole', async () => {
  const example = new ExampleWorld(BUSY_SERVER);
  const reads = example.account.cloud({ step: 'observe' }, [
    { service: 'ec2', command: 'DescribeInstances', scope: 'any' },
  ]);
  await example.send('ec2:DescribeInstances', {}, reads);
  expect((await example.refusal('ec2:StopInstances', { InstanceIds: [APP] }, reads)).code).toBe(
    'UnauthorizedOperation',
  );
});

test('a group is a target by its ARN, exact or with a wildcard for its UUID', async () => {
  const example = new ExampleWorld(FLEET);
  const set: AwsCall = { service: 'autoscaling', command: 'SetDesiredCapacity', scope: 'target' };
  const targetArn = 'arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:*:autoScalingGroupName/web';
  const session = await example.account.change('apply').assume({ calls: [set], targetArn, sessionName: 'inc-2' });
  await example.send('autoscaling:SetDesiredCapacity', { AutoScalingGroupName: 'web', DesiredCapacity: 9 }, session);
  const elsewhere = await example.account
    .change('apply')
    .assume({ calls: [set], targetArn: targetArn.replace('/web', '/api'), sessionName: 'inc-3' });
  const refused = await example.refusal(
    'autoscaling:SetDesiredCapacity',
    { AutoScalingGroupName: 'web', DesiredCapacity: 8 },
    elsewhere,
  );
  expect(refused.code).toBe('AccessDenied');
});

test('every call is recorded: who, when, what, dry run or not, and the outcome', async () => {
  const example = new ExampleWorld(withOther);
  const session = await example.account.change('apply').assume(scope);
  await example.refusal('ec2:StopInstances', { InstanceIds: [APP], DryRun: true }, session);
  await example.refusal('ec2:StopInstances', { InstanceIds: [other] }, session);
  await example.send('ec2:DescribeInstances');
  const apply = {
    step: 'apply',
    principal: 'arn:aws:sts::123456789012:assumed-role/checkrein-change/inc-1',
    service: 'ec2',
    command: 'StopInstances',
    mutating: true,
  };
  expect(example.calls).toEqual([
    {
      ...apply,
      time: '2026-11-20T09:26:20.000Z',
      input: { InstanceIds: [APP], DryRun: true },
      dryRun: true,
      outcome: 'DryRunOperation',
    },
    {
      ...apply,
      time: '2026-11-20T09:26:20.000Z',
      input: { InstanceIds: [other] },
      dryRun: false,
      outcome: 'UnauthorizedOperation',
    },
    {
      time: '2026-11-20T09:26:20.000Z',
      step: 'observe',
      principal: 'arn:aws:sts::123456789012:assumed-role/checkrein-observe/observe',
      service: 'ec2',
      command: 'DescribeInstances',
      input: {},
      dryRun: false,
      mutating: false,
      outcome: 'ok',
    },
  ]);
});

test('a change is in CloudTrail afterwards, by target', async () => {
  const example = new ExampleWorld(withOther);
  const session = await example.account.change('apply').assume(scope);
  await example.send('ec2:StopInstances', { InstanceIds: [APP] }, session);
  const LookupAttributes = [{ AttributeKey: 'ResourceName', AttributeValue: APP }];
  expect(await example.send('cloudtrail:LookupEvents', { LookupAttributes })).toMatchObject({
    Events: [{ EventName: 'StopInstances', Username: 'inc-1', EventTime: '2026-11-20T09:26:20.000Z' }],
  });
});
