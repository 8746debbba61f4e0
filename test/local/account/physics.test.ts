import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { APP, BUSY_SERVER, FLEET, ExampleWorld } from './example-world.ts';

describe('a single server', () => {
  test('more work than its vCPUs can do keeps the CPU near 97 % and the alarm on', async () => {
    const example = new ExampleWorld(BUSY_SERVER);
    const [cpu] = await example.cpu();
    expect(cpu).toBeGreaterThan(95);
    expect(cpu).toBeLessThan(100);
    expect(await example.alarm()).toBe('ALARM');
  });

  test('with a bigger type the CPU falls, and the alarm goes OK once it sees it', async () => {
    const example = new ExampleWorld(BUSY_SERVER);
    await example.resize('m6i.xlarge');
    expect(await example.alarm()).toBe('ALARM');
    example.wait(180);
    const [cpu] = await example.cpu();
    expect(cpu).toBeGreaterThan(70);
    expect(cpu).toBeLessThan(75);
    expect(await example.alarm()).toBe('OK');
  });

  test('a bigger type without more vCPUs does not help', async () => {
    const example = new ExampleWorld(BUSY_SERVER);
    await example.resize('t3.large');
    example.wait(900);
    expect(await example.alarm()).toBe('ALARM');
  });

  test('stopping and starting take their time, and a stopped server has no CPU metric', async () => {
    const example = new ExampleWorld(BUSY_SERVER);
    await example.send('ec2:StopInstances', { InstanceIds: [APP] });
    expect((await example.instance()).state).toBe('stopping');
    example.wait(30);
    expect((await example.instance()).state).toBe('stopped');
    example.wait(120);
    expect(await example.cpu()).toEqual([]);
    await example.send('ec2:StartInstances', { InstanceIds: [APP] });
    expect((await example.instance()).state).toBe('pending');
    example.wait(45);
    expect((await example.instance()).state).toBe('running');
  });

  test('a reboot fixes a leak if the world says so', async () => {
    const leak = BUSY_SERVER.replace('memoryGiB: 1.2', 'memoryGiB: 1.9, afterRestart: { memoryGiB: 0.6 }');
    const example = new ExampleWorld(leak);
    const memory = () => example.metric('CWAgent', 'mem_used_percent', { InstanceId: APP });
    expect((await memory())[0]).toBeGreaterThan(90);
    await example.send('ec2:RebootInstances', { InstanceIds: [APP] });
    example.wait(180);
    expect((await memory())[0]).toBeLessThan(35);
  });

  test('a stop and start moves the server off a failing host, a reboot does not', async () => {
    const example = new ExampleWorld(BUSY_SERVER.replace('tags:', 'statusChecks: { system: impaired }\n    tags:'));
    const failed = () => example.metric('AWS/EC2', 'StatusCheckFailed', { InstanceId: APP });
    expect(await failed()).toEqual([1]);
    await example.send('ec2:RebootInstances', { InstanceIds: [APP] });
    example.wait(240);
    expect(await failed()).toEqual([1]);
    await example.resize('t3.small');
    example.wait(240);
    expect(await failed()).toEqual([0]);
  });

  test('a fixed metric is the same for every size', async () => {
    const lock = `${BUSY_SERVER}
metrics:
  - { namespace: AWS/EC2, name: CPUUtilization, dimensions: { InstanceId: ${APP} }, fixed: 97 }
`;
    const example = new ExampleWorld(lock);
    await example.resize('m6i.8xlarge');
    example.wait(900);
    expect(await example.cpu()).toEqual([97]);
    expect(await example.alarm()).toBe('ALARM');
  });

  test('responses get faster when the load falls', async () => {
    const waiting = `${BUSY_SERVER}
metrics:
  - { namespace: Shop, name: Latency, responseTime: { of: ${APP}, idle: 0.1 } }
`;
    const example = new ExampleWorld(waiting);
    const [before = 0] = await example.metric('Shop', 'Latency', {});
    await example.resize('m6i.2xlarge');
    example.wait(120);
    const [after = 0] = await example.metric('Shop', 'Latency', {});
    expect(before).toBeGreaterThan(2);
    expect(after).toBeLessThan(0.2);
  });
});

describe('a fleet', () => {
  const cpu = (example: ExampleWorld) => example.metric('AWS/EC2', 'CPUUtilization', { AutoScalingGroupName: 'web' });
  const inService = (example: ExampleWorld) =>
    example.metric('AWS/AutoScaling', 'GroupInServiceInstances', { AutoScalingGroupName: 'web' });

  test('fewer instances share the same work', async () => {
    const example = new ExampleWorld(FLEET);
    expect((await cpu(example))[0]).toBeCloseTo(50, -1);
    await example.send('autoscaling:SetDesiredCapacity', { AutoScalingGroupName: 'web', DesiredCapacity: 6 });
    example.wait(180);
    expect(await inService(example)).toEqual([6]);
    expect((await cpu(example))[0]).toBeGreaterThan(80);
  });

  test('a new instance serves after a minute and a half, and not before', async () => {
    const example = new ExampleWorld(FLEET);
    await example.send('autoscaling:SetDesiredCapacity', { AutoScalingGroupName: 'web', DesiredCapacity: 12 });
    example.wait(80);
    expect(await inService(example)).toEqual([10]);
    example.wait(120);
    expect(await inService(example)).toEqual([12]);
  });

  test('a zone without capacity is skipped; without any zone left, the activity fails with the message of AWS', async () => {
    const example = new ExampleWorld(`${FLEET}
noCapacity: [{ type: m6i.large, zone: eu-west-1a }, { type: m6i.large, zone: eu-west-1b }]
`);
    await example.send('autoscaling:SetDesiredCapacity', { AutoScalingGroupName: 'web', DesiredCapacity: 11 });
    const answer = await example.send('autoscaling:DescribeScalingActivities', { AutoScalingGroupName: 'web' });
    const Failed = z.object({ Activities: z.array(z.object({ StatusCode: z.string(), StatusMessage: z.string() })) });
    const [activity] = Failed.parse(answer).Activities;
    expect(activity?.StatusCode).toBe('Failed');
    expect(activity?.StatusMessage).toMatch(/do not have sufficient m6i.large capacity.*Launching EC2 instance failed/);
  });
});
