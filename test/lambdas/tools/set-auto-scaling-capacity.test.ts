import { expect, test } from 'vitest';
import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import { ERROR } from '../../../lambdas/contracts/error-names.ts';
import { CloudError, StepError } from '../../../lambdas/contracts/errors.ts';
import { manifest } from '../../../lambdas/tools/set-auto-scaling-capacity/manifest.ts';
import { tool } from '../../../lambdas/tools/set-auto-scaling-capacity/tool.ts';
import { group, groups, member, metricDataAnswer, products } from './aws-answers.ts';
import { changing } from './context.ts';

const setTo = (desired: number) => ({ group: 'web', desired, why: 'All four instances are at 95 % (E2).' });

const contextOf = (more: JsonObject = {}) => {
  const made = changing(manifest);
  made.cloud
    .answers('autoscaling', 'DescribeAutoScalingGroups', groups(group(more)))
    .answers('autoscaling', 'DescribeScalingActivities', { Activities: [] })
    .answers('autoscaling', 'DescribePolicies', { ScalingPolicies: [] })
    .answers('cloudwatch', 'GetMetricData', metricDataAnswer(40, 60))
    .answers('pricing', 'GetProducts', products);
  return made;
};
type Context = ReturnType<typeof contextOf>;

const proposed = async (desired: number, context: Context) => {
  const input = setTo(desired);
  const { target, state } = await tool.describe(input, context);
  return { input, target, before: state, after: tool.predict(input, state) };
};
const factsOf = async (desired: number, context = contextOf()) => tool.facts(await proposed(desired, context), context);
const dryRunOf = async (desired: number, context = contextOf()) =>
  tool.dryRun(await proposed(desired, context), context);

test('the target comes from the ARN that AWS returned', async () => {
  expect(await proposed(6, contextOf())).toMatchObject({
    target: {
      kind: 'auto-scaling-group',
      id: 'web',
      arn: 'arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:0a1b2c3d:autoScalingGroupName/web',
      account: '123456789012',
      region: 'eu-west-1',
      environment: 'production',
    },
    before: { desired: 4, min: 2, max: 8 },
    after: { desired: 6, min: 2, max: 8 },
  });
});

test('a number outside minimum and maximum, or the current one, is refused', async () => {
  await expect(proposed(9, contextOf())).rejects.toThrow('web allows 2 to 8 instances; 9 is outside.');
  await expect(proposed(1, contextOf())).rejects.toThrow('1 is outside');
  await expect(proposed(4, contextOf())).rejects.toThrow('web already has a desired capacity of 4.');
});

test('adding instances takes none out of service', async () => {
  expect(await factsOf(6)).toEqual({
    cutPercent: 0,
    growPercent: 50,
    peakUsePercentAfter: 40,
    fleetSize: 4,
    fleetAffectedPercent: 0,
    inServiceAfter: 4,
    downtimeSeconds: 0,
    unitsRemoved: 0,
    instancesAdded: 2,
    processSuspended: false,
  });
});

test('removing instances raises the use of the rest', async () => {
  expect(await factsOf(3)).toMatchObject({
    cutPercent: 25,
    growPercent: 0,
    peakUsePercentAfter: 80,
    fleetAffectedPercent: 25,
    inServiceAfter: 3,
  });
});

test('a cut to zero, or with an unknown peak, counts as 100 %', async () => {
  const unknown = contextOf();
  unknown.cloud.answers('cloudwatch', 'GetMetricData', metricDataAnswer());
  expect(await factsOf(3, unknown)).toMatchObject({ peakUsePercentAfter: 100 });
  expect(await factsOf(0, contextOf({ MinSize: 0 }))).toMatchObject({
    cutPercent: 100,
    peakUsePercentAfter: 100,
    fleetAffectedPercent: 100,
    inServiceAfter: 0,
  });
});

test('of a group that is short of instances, those in service are affected, and the size is what it should have', async () => {
  const short = { Instances: [member('i-0000000a'), member('i-0000000b', { LifecycleState: 'Pending' })] };
  expect(await factsOf(3, contextOf(short))).toMatchObject({
    fleetSize: 4,
    fleetAffectedPercent: 0,
    inServiceAfter: 1,
  });
});

test('the dry run changes nothing, and reports permissions as unknown', async () => {
  const context = contextOf();
  const { checks, cost, disruption } = await dryRunOf(6, context);
  expect(context.change.requests).toEqual([]);
  expect(checks.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
    'bounds passed',
    'processes passed',
    'scale-in protection passed',
    'activities passed',
    'scaling policies passed',
    'permission unknown',
  ]);
  expect(cost.deltaCentsPerMonth).toBe(14_600);
  expect(disruption.level).toBe('none');
});

test.each([
  ['Launch', 6],
  ['Terminate', 3],
])('a suspended %s is a fact about a change that needs it, and about no other', async (process, desired) => {
  const context = contextOf({ SuspendedProcesses: [{ ProcessName: process }] });
  expect(await factsOf(desired, context)).toMatchObject({ processSuspended: true });
  expect(await factsOf(9 - desired, context)).toMatchObject({ processSuspended: false });
});

test('the report has everything that would prevent the change', async () => {
  const context = contextOf({
    SuspendedProcesses: [{ ProcessName: 'Terminate' }],
    Instances: [
      member('i-0000000a', { ProtectedFromScaleIn: true }),
      member('i-0000000b', { ProtectedFromScaleIn: true }),
    ],
  });
  context.cloud.answers('autoscaling', 'DescribeScalingActivities', {
    Activities: [{ StartTime: '2026-11-02T02:13:00.000Z', StatusCode: 'InProgress', Description: 'Launching i-1' }],
  });
  context.cloud.answers('autoscaling', 'DescribePolicies', {
    ScalingPolicies: [{ PolicyName: 'cpu-60', Enabled: true }],
  });
  const { checks, disruption } = await dryRunOf(3, context);
  expect(checks.map(({ name, outcome, detail }) => `${name} ${outcome}: ${detail}`)).toEqual([
    'bounds passed: 3 of 2 to 8 instances',
    'processes refused: Terminate is suspended, so the number would change and the instances would not',
    'scale-in protection refused: 2 of 2 instances are protected from scale-in',
    'activities unknown: still in flight, their effect will mix with this one: Launching i-1 (InProgress)',
    'scaling policies unknown: may change the number again: cpu-60',
    'permission unknown: Auto Scaling has no dry run; permissions show only when the change is applied.',
  ]);
  expect(disruption.level).toBe('brief');
});

const mixed = (more: JsonObject = {}) =>
  contextOf({ Instances: [member('i-0000000a'), member('i-0000000b', { InstanceType: 'm7i.xlarge' })], ...more });

test('a group of several instance types grows at the price of the dearest, and shrinks at that of the cheapest', async () => {
  expect((await dryRunOf(6, mixed())).cost).toEqual({
    deltaCentsPerMonth: 29_200,
    says: '+$292.00 a month: 2 more, each at most a m7i.xlarge at $146.00, the dearest of m7i.large, m7i.xlarge (list price, Linux, on demand, 730 hours)',
  });
  expect((await dryRunOf(3, mixed())).cost).toEqual({
    deltaCentsPerMonth: -7300,
    says: '−$73.00 a month: 1 fewer, each at least a m7i.large at $73.00, the cheapest of m7i.large, m7i.xlarge (list price, Linux, on demand, 730 hours)',
  });
});

test('a group may launch the types of its mixed instances policy too', async () => {
  const policy = (...Overrides: JsonObject[]): JsonObject => ({
    MixedInstancesPolicy: { LaunchTemplate: { Overrides } },
  });
  const dear = policy({ InstanceType: 'm7i.large' }, { InstanceType: 'm7i.xlarge' });
  expect((await dryRunOf(6, contextOf(dear))).cost.deltaCentsPerMonth).toBe(29_200);
  const any = policy({ InstanceRequirements: { VCpuCount: { Min: 2 } } });
  expect((await dryRunOf(6, contextOf(any))).cost).toEqual({
    deltaCentsPerMonth: null,
    says: 'unknown: the group picks instance types by their attributes',
  });
});

test('one instance type without a price makes the cost unknown', async () => {
  const odd = { Instances: [member('i-0000000a'), member('i-0000000b', { InstanceType: 'm7g.large' })] };
  expect((await dryRunOf(6, contextOf(odd))).cost).toEqual({
    deltaCentsPerMonth: null,
    says: 'unknown: the price list has 0 prices for m7g.large in eu-west-1, expected one',
  });
  expect((await dryRunOf(6, contextOf({ Instances: [] }))).cost).toEqual({
    deltaCentsPerMonth: null,
    says: 'unknown: the group has no instances, so its instance type is unknown',
  });
});

test('a price list that nobody can reach makes the cost unknown, and is asked once for all types', async () => {
  const odd = { Instances: [member('i-0000000a'), member('i-0000000b', { InstanceType: 'm7g.large' })] };
  const context = contextOf(odd);
  const unreachable = new StepError(ERROR.cloudUnavailable, 'pricing:GetProducts got no usable response.', 'Wait.');
  context.cloud.answers('pricing', 'GetProducts', unreachable);
  expect((await dryRunOf(6, context)).cost.says).toMatch(/^unknown: the price list could not be read/);
  expect(context.cloud.inputsOf('GetProducts')).toHaveLength(1);
});

test('a saving is shown as negative', async () => {
  expect((await dryRunOf(3)).cost).toEqual({
    deltaCentsPerMonth: -7300,
    says: '−$73.00 a month: 4 × m7i.large $292.00 → 3 × m7i.large $219.00 (list price, Linux, on demand, 730 hours)',
  });
});

test('the change is one call with an absolute number', async () => {
  const context = contextOf();
  context.change.answers('autoscaling', 'SetDesiredCapacity', {});
  await tool.apply(await proposed(6, context), context);
  expect(context.change.requests).toEqual([
    {
      service: 'autoscaling',
      command: 'SetDesiredCapacity',
      input: { AutoScalingGroupName: 'web', DesiredCapacity: 6, HonorCooldown: false },
    },
  ]);
});

test('a busy group is an error with AWS’s message', async () => {
  const context = contextOf();
  context.change.answers(
    'autoscaling',
    'SetDesiredCapacity',
    new CloudError('ScalingActivityInProgress', 'Scaling activity is in progress.'),
  );
  await expect(tool.apply(await proposed(6, context), context)).rejects.toThrow('Scaling activity is in progress.');
});

test('the post-condition holds if the number is set, and the inverse is the former number', async () => {
  const change = await proposed(6, contextOf());
  expect(tool.postCondition(change, { desired: 6, min: 2, max: 8 }).holds).toBe(true);
  expect(tool.postCondition(change, { desired: 4, min: 2, max: 8 }).holds).toBe(false);
  const inverse = tool.inverse(change);
  expect(inverse).toMatchObject({ reversible: true, input: { group: 'web', desired: 4 } });
  expect(inverse.reversible && manifest.input.safeParse(inverse.input).success).toBe(true);
});
