import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { APP, BUSY_SERVER, FLEET, Story } from './example-world.ts';

describe('a lone server', () => {
  test('more work than it has vCPUs for keeps it near 97 %, and the alarm on', async () => {
    const story = new Story(BUSY_SERVER);
    const [cpu] = await story.cpu();
    expect(cpu).toBeGreaterThan(95);
    expect(cpu).toBeLessThan(100);
    expect(await story.alarm()).toBe('ALARM');
  });

  test('with a bigger type the CPU falls, and the alarm goes OK once it sees it', async () => {
    const story = new Story(BUSY_SERVER);
    await story.resize('m6i.xlarge');
    expect(await story.alarm()).toBe('ALARM');
    story.wait(180);
    const [cpu] = await story.cpu();
    expect(cpu).toBeGreaterThan(70);
    expect(cpu).toBeLessThan(75);
    expect(await story.alarm()).toBe('OK');
  });

  test('a bigger type without more vCPUs does not help', async () => {
    const story = new Story(BUSY_SERVER);
    await story.resize('t3.large');
    story.wait(900);
    expect(await story.alarm()).toBe('ALARM');
  });

  test('stopping and starting take their time, and a stopped server has no CPU metric', async () => {
    const story = new Story(BUSY_SERVER);
    await story.send('ec2:StopInstances', { InstanceIds: [APP] });
    expect((await story.instance()).state).toBe('stopping');
    story.wait(30);
    expect((await story.instance()).state).toBe('stopped');
    story.wait(120);
    expect(await story.cpu()).toEqual([]);
    await story.send('ec2:StartInstances', { InstanceIds: [APP] });
    expect((await story.instance()).state).toBe('pending');
    story.wait(45);
    expect((await story.instance()).state).toBe('running');
  });

  test('a leak is gone after a reboot where the world says so', async () => {
    const leak = BUSY_SERVER.replace('memoryGiB: 1.2', 'memoryGiB: 1.9, afterRestart: { memoryGiB: 0.6 }');
    const story = new Story(leak);
    const memory = () => story.metric('CWAgent', 'mem_used_percent', { InstanceId: APP });
    expect((await memory())[0]).toBeGreaterThan(90);
    await story.send('ec2:RebootInstances', { InstanceIds: [APP] });
    story.wait(180);
    expect((await memory())[0]).toBeLessThan(35);
  });

  test('a failing host is left behind by a stop and start, not by a reboot', async () => {
    const story = new Story(BUSY_SERVER.replace('tags:', 'statusChecks: { system: impaired }\n    tags:'));
    const failed = () => story.metric('AWS/EC2', 'StatusCheckFailed', { InstanceId: APP });
    expect(await failed()).toEqual([1]);
    await story.send('ec2:RebootInstances', { InstanceIds: [APP] });
    story.wait(240);
    expect(await failed()).toEqual([1]);
    await story.resize('t3.small');
    story.wait(240);
    expect(await failed()).toEqual([0]);
  });

  test('a fixed metric stays as it is whatever the size', async () => {
    const lock = `${BUSY_SERVER}
metrics:
  - { namespace: AWS/EC2, name: CPUUtilization, dimensions: { InstanceId: ${APP} }, fixed: 97 }
`;
    const story = new Story(lock);
    await story.resize('m6i.8xlarge');
    story.wait(900);
    expect(await story.cpu()).toEqual([97]);
    expect(await story.alarm()).toBe('ALARM');
  });

  test('responses get faster when the load falls', async () => {
    const waiting = `${BUSY_SERVER}
metrics:
  - { namespace: Shop, name: Latency, responseTime: { of: ${APP}, idle: 0.1 } }
`;
    const story = new Story(waiting);
    const [before = 0] = await story.metric('Shop', 'Latency', {});
    await story.resize('m6i.2xlarge');
    story.wait(120);
    const [after = 0] = await story.metric('Shop', 'Latency', {});
    expect(before).toBeGreaterThan(2);
    expect(after).toBeLessThan(0.2);
  });
});

describe('a fleet', () => {
  const cpu = (story: Story) => story.metric('AWS/EC2', 'CPUUtilization', { AutoScalingGroupName: 'web' });
  const inService = (story: Story) =>
    story.metric('AWS/AutoScaling', 'GroupInServiceInstances', { AutoScalingGroupName: 'web' });

  test('fewer instances share the same work', async () => {
    const story = new Story(FLEET);
    expect((await cpu(story))[0]).toBeCloseTo(50, -1);
    await story.send('autoscaling:SetDesiredCapacity', { AutoScalingGroupName: 'web', DesiredCapacity: 6 });
    story.wait(180);
    expect(await inService(story)).toEqual([6]);
    expect((await cpu(story))[0]).toBeGreaterThan(80);
  });

  test('a new instance serves after a minute and a half, and not before', async () => {
    const story = new Story(FLEET);
    await story.send('autoscaling:SetDesiredCapacity', { AutoScalingGroupName: 'web', DesiredCapacity: 12 });
    story.wait(80);
    expect(await inService(story)).toEqual([10]);
    story.wait(120);
    expect(await inService(story)).toEqual([12]);
  });

  test('a zone without capacity is passed over, and without any the activity fails in words', async () => {
    const story = new Story(`${FLEET}
noCapacity: [{ type: m6i.large, zone: eu-west-1a }, { type: m6i.large, zone: eu-west-1b }]
`);
    await story.send('autoscaling:SetDesiredCapacity', { AutoScalingGroupName: 'web', DesiredCapacity: 11 });
    const answer = await story.send('autoscaling:DescribeScalingActivities', { AutoScalingGroupName: 'web' });
    const Failed = z.object({ Activities: z.array(z.object({ StatusCode: z.string(), StatusMessage: z.string() })) });
    const [activity] = Failed.parse(answer).Activities;
    expect(activity?.StatusCode).toBe('Failed');
    expect(activity?.StatusMessage).toMatch(/do not have sufficient m6i.large capacity.*Launching EC2 instance failed/);
  });
});
