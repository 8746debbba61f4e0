import {
  CreateAutoScalingGroupCommand,
  CreateLaunchConfigurationCommand,
  DescribeAutoScalingGroupsCommand,
} from '@aws-sdk/client-auto-scaling';
import { PutMetricAlarmCommand, PutMetricDataCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import {
  DescribeInstancesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import type { Clients } from './clients.ts';
import { E2eFailure } from './failure.ts';
import { REGION } from './paths.ts';

/** An image that exists in moto. */
const IMAGE = 'ami-12c6146b';
export const GROUP = 'shop-web';

/** The workload of the account: an instance, an Auto Scaling group, and alarms on their CPU. */
export interface Workload {
  readonly instanceId: string;
  readonly instanceAlarm: WorkloadAlarm;
  readonly groupAlarm: WorkloadAlarm;
}

/** An alarm on CPU. */
export interface WorkloadAlarm {
  readonly name: string;
  readonly dimension: { readonly Name: string; readonly Value: string };
}

/** Creates the workload: a t2.medium in production, a group of two t2.small, an hour of metrics. */
export const startWorkload = async (clients: Clients): Promise<Workload> => {
  const instanceId = await startInstance(clients);
  await startGroup(clients);
  const instanceAlarm = { name: 'checkout-cpu', dimension: { Name: 'InstanceId', Value: instanceId } };
  const groupAlarm = { name: 'web-cpu', dimension: { Name: 'AutoScalingGroupName', Value: GROUP } };
  for (const alarm of [instanceAlarm, groupAlarm]) {
    await publishCpu(clients, alarm);
    await createAlarm(clients, alarm);
  }
  return { instanceId, instanceAlarm, groupAlarm };
};

const startInstance = async ({ ec2 }: Clients): Promise<string> => {
  // moto loads its catalogues on first use, which can take longer than a function's timeout.
  await ec2.send(new DescribeInstanceTypesCommand({ InstanceTypes: ['t2.large'] }));
  await ec2.send(new DescribeInstanceTypeOfferingsCommand({ LocationType: 'availability-zone' }));
  const Tags = Object.entries({ Name: 'checkout-1', environment: 'production' }).map(([Key, Value]) => ({
    Key,
    Value,
  }));
  const { Instances = [] } = await ec2.send(
    new RunInstancesCommand({
      ImageId: IMAGE,
      InstanceType: 't2.medium',
      MinCount: 1,
      MaxCount: 1,
      TagSpecifications: [{ ResourceType: 'instance', Tags }],
    }),
  );
  const id = Instances[0]?.InstanceId;
  if (id === undefined) throw new E2eFailure('moto started no instance.', 'See its log.');
  return id;
};

const startGroup = async ({ autoScaling }: Clients): Promise<void> => {
  const LaunchConfigurationName = 'shop-web';
  await autoScaling.send(
    new CreateLaunchConfigurationCommand({ LaunchConfigurationName, ImageId: IMAGE, InstanceType: 't2.small' }),
  );
  await autoScaling.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: GROUP,
      LaunchConfigurationName,
      MinSize: 1,
      MaxSize: 4,
      DesiredCapacity: 2,
      AvailabilityZones: [`${REGION}a`],
    }),
  );
};

const CPU = { Namespace: 'AWS/EC2', MetricName: 'CPUUtilization' };

/** Busy for an hour, until five minutes ago. With newer points the emulator would evaluate the alarm itself. */
const publishCpu = async ({ cloudWatch }: Clients, { dimension }: WorkloadAlarm): Promise<void> => {
  const points = Array.from({ length: 11 }, (_, index) => ({
    MetricName: CPU.MetricName,
    Dimensions: [dimension],
    Timestamp: new Date(Date.now() - (index + 1) * 300_000),
    Value: 96 - index,
    Unit: 'Percent' as const,
  }));
  await cloudWatch.send(new PutMetricDataCommand({ Namespace: CPU.Namespace, MetricData: points }));
};

const createAlarm = async ({ cloudWatch }: Clients, { name, dimension }: WorkloadAlarm): Promise<void> => {
  await cloudWatch.send(
    new PutMetricAlarmCommand({
      ...CPU,
      AlarmName: name,
      AlarmDescription: 'CPU is high for three minutes.',
      Dimensions: [dimension],
      Statistic: 'Average',
      Period: 60,
      EvaluationPeriods: 3,
      Threshold: 85,
      ComparisonOperator: 'GreaterThanThreshold',
    }),
  );
};

/** Changes the state of an alarm, as metrics would. */
export const setAlarm = async (
  { cloudWatch }: Clients,
  { name }: WorkloadAlarm,
  StateValue: 'ALARM' | 'OK',
): Promise<void> => {
  const StateReason = StateValue === 'ALARM' ? 'Threshold Crossed: 96.0 > 85.0' : 'Threshold Crossed: 41.0 <= 85.0';
  await cloudWatch.send(new SetAlarmStateCommand({ AlarmName: name, StateValue, StateReason }));
};

/** Type and state of an instance in moto. */
export const instanceState = async ({ ec2 }: Clients, id: string): Promise<string> => {
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
  const instance = Reservations[0]?.Instances?.[0];
  return `${instance?.InstanceType ?? 'gone'}, ${instance?.State?.Name ?? 'gone'}`;
};

/** The desired capacity of the group in moto. */
export const desiredCapacity = async ({ autoScaling }: Clients): Promise<number | undefined> => {
  const describe = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [GROUP] });
  return (await autoScaling.send(describe)).AutoScalingGroups?.[0]?.DesiredCapacity;
};
