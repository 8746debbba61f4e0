import { expect, test } from 'vitest';
import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import { ERROR } from '../../../lambdas/contracts/error-names.ts';
import { CloudError, StepError, ToolRefusal } from '../../../lambdas/contracts/errors.ts';
import { readInstance, targetOfInstance } from '../../../lambdas/tools/aws/ec2-instance.ts';
import { manifest } from '../../../lambdas/tools/resize-instance/manifest.ts';
import { tool } from '../../../lambdas/tools/resize-instance/tool.ts';
import { ID, instanceAnswer, instances, instanceTypes, metricDataAnswer, products } from './aws-answers.ts';
import { changing } from './context.ts';

const resizeTo = (instanceType: string) => ({
  instanceId: ID,
  instanceType,
  why: 'CPU has been full for an hour (E2).',
});
const dryRunOperation = new CloudError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.');

const protection = (stop: boolean, termination = false) => ({
  DisableApiStop: { Value: stop },
  DisableApiTermination: { Value: termination },
});
const unprotected = protection(false);

const contextOf = (described: JsonObject = instanceAnswer()) => {
  const made = changing(manifest);
  made.cloud
    .answers('ec2', 'DescribeInstances', instances(described))
    .answers('ec2', 'DescribeInstanceAttribute', unprotected)
    .answers('ec2', 'DescribeInstanceTypes', instanceTypes)
    .answers('ec2', 'DescribeInstanceTypeOfferings', { InstanceTypeOfferings: [{ InstanceType: 'any' }] })
    .answers('ec2', 'DescribeVolumes', { Volumes: [{ VolumeId: 'vol-1', Encrypted: false }] })
    .answers('cloudwatch', 'GetMetricData', metricDataAnswer(40, 72.5, 61))
    .answers('pricing', 'GetProducts', products);
  for (const command of ['StopInstances', 'ModifyInstanceAttribute', 'StartInstances'])
    made.change.answers('ec2', command, dryRunOperation);
  return made;
};
type Context = ReturnType<typeof contextOf>;

const proposed = async (type: string, context: Context) => {
  const input = resizeTo(type);
  const { target, state } = await tool.describe(input, context);
  return { input, target, before: state, after: tool.predict(input, state) };
};
const factsOf = async (type: string, context = contextOf()) => tool.facts(await proposed(type, context), context);
const dryRunOf = async (type: string, context = contextOf()) => tool.dryRun(await proposed(type, context), context);

test('the target is read from AWS', async () => {
  expect(await proposed('m7i.xlarge', contextOf())).toMatchObject({
    target: {
      kind: 'ec2-instance',
      arn: `arn:aws:ec2:eu-west-1:123456789012:instance/${ID}`,
      account: '123456789012',
      region: 'eu-west-1',
      environment: 'staging',
    },
    before: { instanceType: 'm7i.large', state: 'running' },
    after: { instanceType: 'm7i.xlarge', state: 'running' },
  });
});

test('targets in China and GovCloud have their own partitions', async () => {
  const { cloud } = contextOf();
  const machine = await readInstance(cloud, ID);
  expect(targetOfInstance(machine, 'cn-north-1').arn).toBe(`arn:aws-cn:ec2:cn-north-1:123456789012:instance/${ID}`);
  expect(targetOfInstance(machine, 'us-gov-west-1').arn).toMatch(/^arn:aws-us-gov:ec2:/);
});

test.each([
  [
    'a member of an Auto Scaling group',
    { Tags: [{ Key: 'aws:autoscaling:groupName', Value: 'web' }] },
    'Change the launch template',
  ],
  ['an instance-store root', { RootDeviceType: 'instance-store' }, 'cannot be stopped'],
  ['a Spot Instance', { InstanceLifecycle: 'spot' }, 'Spot Instance'],
  ['a terminated instance', { State: { Name: 'terminated' } }, 'is terminated'],
  ['an instance that is just starting', { State: { Name: 'pending' } }, 'wait until it is running'],
])('%s is refused', async (_what, more, message) => {
  const refusal = proposed('m7i.xlarge', contextOf(instanceAnswer(more)));
  await expect(refusal).rejects.toThrow(ToolRefusal);
  await expect(refusal).rejects.toThrow(message);
});

test('the current type is refused', async () => {
  await expect(proposed('m7i.large', contextOf())).rejects.toThrow(`${ID} already is a m7i.large.`);
});

test('an instance that does not exist is a refusal with the reason', async () => {
  const context = contextOf();
  context.cloud.answers('ec2', 'DescribeInstances', new CloudError('InvalidInstanceID.NotFound', 'gone'));
  await expect(proposed('m7i.xlarge', context)).rejects.toThrow(
    `There is no instance ${ID} in eu-west-1 of account 123456789012.`,
  );
});

test('another architecture, a missing network driver and an unknown type are refused before policy is evaluated', async () => {
  await expect(factsOf('m7g.large')).rejects.toThrow('m7g.large is arm64');
  await expect(factsOf('m7i.xlarge', contextOf(instanceAnswer({ EnaSupport: false })))).rejects.toThrow(
    'needs the ENA network driver',
  );
  const context = contextOf();
  const change = await proposed('m9z.huge', context);
  context.cloud.answers(
    'ec2',
    'DescribeInstanceTypes',
    new CloudError('InvalidInstanceType', 'The instance type m9z.huge does not exist'),
  );
  await expect(tool.facts(change, context)).rejects.toThrow(
    new ToolRefusal('The instance type m9z.huge does not exist'),
  );
});

test('doubling the capacity halves the peak use', async () => {
  expect(await factsOf('m7i.xlarge')).toEqual({
    cutPercent: 0,
    growPercent: 100,
    peakUsePercentAfter: 37,
    cpuMillicoresAfter: 4000,
    memoryMiBAfter: 16_384,
    cpuCutPercent: 0,
    memoryCutPercent: 0,
    fleetSize: 1,
    fleetAffectedPercent: 100,
    inServiceAfter: 0,
    downtimeSeconds: 180,
  });
});

test('a cut is measured by the dimension that shrinks most', async () => {
  expect(await factsOf('t3.small')).toMatchObject({
    cutPercent: 75,
    growPercent: 0,
    peakUsePercentAfter: 73,
    cpuMillicoresAfter: 2000,
    memoryMiBAfter: 2048,
  });
});

test.each([
  ['only memory shrinks', 'm7i.large', 'c7i.large', { cpuCutPercent: 0, memoryCutPercent: 50 }],
  ['CPU and memory shrink', 'm7i.xlarge', 'm7i.large', { cpuCutPercent: 50, memoryCutPercent: 50 }],
  ['neither shrinks', 'm7i.large', 'm7i.xlarge', { cpuCutPercent: 0, memoryCutPercent: 0 }],
])('%s: the cut of CPU and that of memory are told apart', async (_what, from, to, cuts) => {
  const context = contextOf(instanceAnswer({ InstanceType: from }));
  expect(await factsOf(to, context)).toMatchObject(cuts);
});

test.each([
  ['the CPU baseline of a burstable type', 'm7i.large', 't3.large', 70],
  ['the CPU baseline within a burstable family', 't3.large', 't3.medium', 34],
  ['GPUs', 'g6.12xlarge', 'g6.16xlarge', 75],
  ['the memory of GPUs', 'g5.xlarge', 'g6f.xlarge', 88],
  ['network bandwidth that is always there', 'm5n.large', 'm7i.large', 63],
  ['network bandwidth that is only described', 'old.large', 'older.large', 90],
])('a cut of %s counts, even if nothing else shrinks', async (_what, from, to, cut) => {
  const context = contextOf(instanceAnswer({ InstanceType: from }));
  expect(await factsOf(to, context)).toMatchObject({ cutPercent: cut });
});

test('a network that EC2 describes in words is not compared', async () => {
  expect(await factsOf('m7i.large', contextOf(instanceAnswer({ InstanceType: 't1.large' })))).toMatchObject({
    cutPercent: 0,
  });
});

test('a burstable type whose CPU baseline is unknown is refused, since a cut could not be measured', async () => {
  await expect(factsOf('t9.large')).rejects.toThrow(
    new ToolRefusal('t9.large is burstable, and its CPU baseline is not known here; pick another type.'),
  );
});

test('the report names what shrinks besides vCPUs and memory', async () => {
  const { checks } = await dryRunOf('t3.large');
  expect(checks).toContainEqual({
    name: 'capacity',
    outcome: 'unknown',
    detail: 'CPU baseline goes from 2000 to 600 thousandths of a core; whether that suffices shows only afterwards',
  });
});

test('what a stop loses for good is listed, and a change that loses nothing has an empty list', async () => {
  const lossesOf = async (more: JsonObject): Promise<readonly string[]> => {
    const context = contextOf(instanceAnswer(more));
    return tool.losses(await proposed('m7i.xlarge', context), context);
  };
  expect(await lossesOf({})).toEqual([]);
  expect(await lossesOf({ NetworkInterfaces: [{ Association: { IpOwnerId: '123456789012' } }] })).toEqual([]);
  expect(await lossesOf({ NetworkInterfaces: [{ Association: { IpOwnerId: 'amazon' } }] })).toEqual([
    'Its public IPv4 address changes (it has no Elastic IP address).',
  ]);
  expect(await lossesOf({ InstanceType: 'm5d.large' })).toEqual(['Data on the instance store of m5d.large is lost.']);
  expect(await lossesOf({ InstanceType: 'm5d.large', State: { Name: 'stopped' } })).toEqual([]);
});

test('after a cut, an unknown peak counts as 100 %', async () => {
  const context = contextOf();
  context.cloud.answers('cloudwatch', 'GetMetricData', metricDataAnswer());
  expect(await factsOf('t3.small', context)).toMatchObject({ peakUsePercentAfter: 100 });
  expect(await factsOf('m7i.xlarge', context)).toMatchObject({ peakUsePercentAfter: 0 });
});

test('the peak is read over 14 days', async () => {
  const context = contextOf();
  await factsOf('t3.small', context);
  expect(context.cloud.inputsOf('GetMetricData')[0]).toMatchObject({
    StartTime: '2026-10-19T02:14:00.000Z',
    EndTime: '2026-11-02T02:14:00.000Z',
  });
});

test('the dry run sends all three calls with DryRun, and changes nothing', async () => {
  const context = contextOf();
  const { checks, cost, disruption } = await dryRunOf('m7i.xlarge', context);
  expect(context.change.requests.map(({ command, input }) => [command, input])).toEqual([
    ['StopInstances', { InstanceIds: [ID], DryRun: true }],
    ['ModifyInstanceAttribute', { InstanceId: ID, InstanceType: { Value: 'm7i.xlarge' }, DryRun: true }],
    ['StartInstances', { InstanceIds: [ID], DryRun: true }],
  ]);
  expect(checks.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
    'state passed',
    'protection passed',
    'offering passed',
    'ec2:StopInstances passed',
    'ec2:ModifyInstanceAttribute passed',
    'ec2:StartInstances passed',
    'encryption passed',
  ]);
  expect(cost).toEqual({
    deltaCentsPerMonth: 7300,
    says: '+$73.00 a month: 1 × m7i.large $73.00 → 1 × m7i.xlarge $146.00 (list price, Linux, on demand, 730 hours)',
  });
  expect(disruption).toEqual({
    level: 'interrupts',
    says: `About 180 s without service of ${ID} while it is stopped, changed and started.`,
  });
});

test('the report lists what a stop loses', async () => {
  const described = instanceAnswer({
    InstanceType: 'm5d.large',
    NetworkInterfaces: [{ Association: { IpOwnerId: 'amazon', PublicIp: '198.51.100.7' } }],
  });
  const { disruption } = await dryRunOf('m7i.xlarge', contextOf(described));
  expect(disruption.says).toContain('Its public IPv4 address changes');
  expect(disruption.says).toContain('Data on the instance store of m5d.large is lost.');
});

const outcomeOf = async (command: string, answer: Error | JsonObject) => {
  const context = contextOf();
  context.change.answers('ec2', command, answer);
  return (await dryRunOf('m7i.xlarge', context)).checks.find(({ name }) => name === `ec2:${command}`);
};

test('a missing permission is refused with its reason, without the encoded part', async () => {
  const error = new CloudError(
    'UnauthorizedOperation',
    'You are not authorized to perform: ec2:StopInstances on resource: i-1. Encoded authorization failure message: 4j6Gh',
  );
  expect(await outcomeOf('StopInstances', error)).toEqual({
    name: 'ec2:StopInstances',
    outcome: 'refused',
    detail: 'Not permitted: You are not authorized to perform: ec2:StopInstances on resource: i-1.',
  });
});

test('a call that EC2 checks only on a stopped instance is unknown, not passed', async () => {
  const error = new CloudError('IncorrectInstanceState', `The instance '${ID}' is not in the 'stopped' state.`);
  expect(await outcomeOf('ModifyInstanceAttribute', error)).toMatchObject({ outcome: 'unknown' });
});

test('any other error is a refusal with AWS’s message', async () => {
  expect(await outcomeOf('StartInstances', new CloudError('InvalidParameterValue', 'No such type.'))).toMatchObject({
    outcome: 'refused',
    detail: 'InvalidParameterValue: No such type.',
  });
});

test('an endpoint that ignores DryRun is refused', async () => {
  expect(await outcomeOf('StopInstances', { StoppingInstances: [] })).toMatchObject({ outcome: 'refused' });
});

test('the report shows a zone without the type, an instance that is not running and an encrypted volume', async () => {
  const context = contextOf(instanceAnswer({ State: { Name: 'stopped' } }));
  context.cloud.answers('ec2', 'DescribeInstanceTypeOfferings', { InstanceTypeOfferings: [] });
  context.cloud.answers('ec2', 'DescribeVolumes', { Volumes: [{ VolumeId: 'vol-1', Encrypted: true }] });
  const { checks } = await dryRunOf('t3.small', context);
  expect(checks).toContainEqual({
    name: 'offering',
    outcome: 'refused',
    detail: 'eu-west-1a does not offer t3.small; pick another type',
  });
  expect(checks).toContainEqual(expect.objectContaining({ name: 'state', outcome: 'refused' }));
  expect(checks).toContainEqual(expect.objectContaining({ name: 'encryption', outcome: 'unknown' }));
  expect(checks).toContainEqual(expect.objectContaining({ name: 'memory', outcome: 'unknown' }));
});

test('stop protection refuses the dry run in words, before anyone is asked', async () => {
  const context = contextOf();
  context.cloud.answers('ec2', 'DescribeInstanceAttribute', protection(true));
  expect((await dryRunOf('m7i.xlarge', context)).checks).toContainEqual({
    name: 'protection',
    outcome: 'refused',
    detail: `${ID} has stop protection (disableApiStop), so AWS refuses to stop it. Only a human can turn that off.`,
  });
});

test('termination protection is shown, and prevents no stop', async () => {
  const context = contextOf();
  context.cloud.answers('ec2', 'DescribeInstanceAttribute', protection(false, true));
  expect((await dryRunOf('m7i.xlarge', context)).checks).toContainEqual({
    name: 'protection',
    outcome: 'passed',
    detail: 'termination protection is on; it does not prevent a stop',
  });
});

test('a price list that nobody can reach makes the cost unknown, is asked once, and fails no dry run', async () => {
  const context = contextOf();
  const unreachable = new StepError(ERROR.cloudUnavailable, 'pricing:GetProducts got no usable response.', 'Wait.');
  context.cloud.answers('pricing', 'GetProducts', unreachable);
  expect((await dryRunOf('m7i.xlarge', context)).cost).toEqual({
    deltaCentsPerMonth: null,
    says: 'unknown: the price list could not be read: pricing:GetProducts got no usable response.',
  });
  expect(context.cloud.inputsOf('GetProducts')).toHaveLength(1);
});

test('an unknown price is null with the reason, and does not stop the dry run', async () => {
  const unpriced = await dryRunOf('m5d.large');
  expect(unpriced.cost).toEqual({
    deltaCentsPerMonth: null,
    says: 'unknown: the price list has 0 prices for m5d.large in eu-west-1, expected one',
  });
  const context = contextOf();
  context.cloud.answers('pricing', 'GetProducts', new CloudError('AccessDeniedException', 'no'));
  expect((await dryRunOf('m7i.xlarge', context)).cost.says).toContain('AccessDeniedException');
  const windows = await dryRunOf('m7i.xlarge', contextOf(instanceAnswer({ PlatformDetails: 'Windows' })));
  expect(windows.cost.deltaCentsPerMonth).toBeNull();
});

test('the post-condition holds only if the instance runs with the new type, and the inverse is the former type', async () => {
  const change = await proposed('m7i.xlarge', contextOf());
  expect(tool.postCondition(change, { instanceType: 'm7i.xlarge', state: 'running' }).holds).toBe(true);
  expect(tool.postCondition(change, { instanceType: 'm7i.xlarge', state: 'stopped' })).toEqual({
    holds: false,
    detail: `${ID} is a m7i.xlarge and stopped, expected m7i.xlarge and running`,
  });
  const inverse = tool.inverse(change);
  expect(inverse).toMatchObject({ reversible: true, input: { instanceId: ID, instanceType: 'm7i.large' } });
  expect(inverse.reversible && manifest.input.safeParse(inverse.input).success).toBe(true);
});
