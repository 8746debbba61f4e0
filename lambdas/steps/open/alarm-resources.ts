import type { Alarm } from '../../contracts/alarm.ts';
import { canonical } from '../../kernel/trace/canonical.ts';

/** A resource that an alarm is about, by the dimensions that name it. */
export interface AlarmResource {
  /** The dimensions, as AWS spells them: `InstanceId`, or `ClusterName and ServiceName`. */
  readonly named: string;
  /** The deduplication key: account, Region, dimensions and their values. */
  readonly key: string;
}

/**
 * Dimensions that name a resource, the most specific first. Only the first match of a metric counts: a metric of
 * CWAgent has the instance and its Auto Scaling group, and with the group as a key the second instance of a group would
 * join the incident of the first.
 */
const NAMING: readonly (readonly string[])[] = [
  ['ClusterName', 'Namespace', 'PodName'],
  ['ClusterName', 'Namespace', 'Service'],
  ['ClusterName', 'ServiceName'],
  ['VolumeId'],
  ['NatGatewayId'],
  ['InstanceId'],
  ['FunctionName'],
  ['DBInstanceIdentifier'],
  ['DBClusterIdentifier'],
  ['CacheClusterId'],
  ['ReplicationGroupId'],
  ['FileSystemId'],
  ['QueueName'],
  ['TopicName'],
  ['StreamName'],
  ['TableName'],
  ['BucketName'],
  ['StateMachineArn'],
  ['DistributionId'],
  ['ProjectName'],
  ['TargetGroup'],
  ['LoadBalancer'],
  ['LoadBalancerName'],
  ['AutoScalingGroupName'],
];

/** A metric-math alarm reads ten metrics at most. */
const MOST_RESOURCES = 10;

/** The resources of an alarm, one for each metric whose dimensions name one; the first is the one to investigate. Pure. */
export const resourcesOf = ({ account, region, metrics }: Alarm): AlarmResource[] => {
  const found = metrics.flatMap(({ dimensions }): AlarmResource[] => {
    const names = NAMING.find((all) => all.every((name) => dimensions[name] !== undefined));
    if (names === undefined) return [];
    const key = canonical(['resource', account, region, names.map((name) => [name, dimensions[name] ?? ''])]);
    return [{ named: names.join(' and '), key }];
  });
  return [...new Map(found.map((one) => [one.key, one])).values()].slice(0, MOST_RESOURCES);
};
