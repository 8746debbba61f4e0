import * as z from 'zod';
import type { AwsTarget } from '../../contracts/plan.ts';
import { ToolRefusal } from '../../contracts/errors.ts';
import type { Cloud } from '../../contracts/ports.ts';
import { callAws, Timestamp } from './call-aws.ts';
import { GROUP_FIELDS, groupConfigurationIn, launchTemplatesIn } from './group-fields.ts';
import { environmentOf } from '../environment.ts';
import { Tags } from './tags.ts';

const GroupInstance = z
  .object({
    InstanceId: z.string(),
    InstanceType: z.string().optional(),
    AvailabilityZone: z.string(),
    LifecycleState: z.string(),
    HealthStatus: z.string(),
    ProtectedFromScaleIn: z.boolean().default(false),
  })
  .transform((raw) => ({
    id: raw.InstanceId,
    type: raw.InstanceType,
    zone: raw.AvailabilityZone,
    lifecycle: raw.LifecycleState,
    health: raw.HealthStatus,
    isProtected: raw.ProtectedFromScaleIn,
  }));

const AutoScalingGroup = z
  .object({
    AutoScalingGroupName: z.string(),
    AutoScalingGroupARN: z.string().regex(/^arn:[^:]+:autoscaling:[^:]+:\d{12}:/),
    MinSize: z.int(),
    MaxSize: z.int(),
    DesiredCapacity: z.int(),
    Instances: z.array(GroupInstance).default([]),
    SuspendedProcesses: z.array(z.object({ ProcessName: z.string() })).default([]),
    ...GROUP_FIELDS,
    Tags,
  })
  .transform((raw) => ({
    name: raw.AutoScalingGroupName,
    arn: raw.AutoScalingGroupARN,
    min: raw.MinSize,
    max: raw.MaxSize,
    desired: raw.DesiredCapacity,
    healthCheck: raw.HealthCheckType,
    instances: raw.Instances,
    inService: raw.Instances.filter(({ lifecycle }) => lifecycle === 'InService').length,
    /** What it may launch by its mixed instances policy. Attributes leave the type to AWS. */
    launches: {
      types: raw.MixedInstancesPolicy.LaunchTemplate.Overrides.flatMap(({ InstanceType }) => InstanceType ?? []),
      byAttributes: raw.MixedInstancesPolicy.LaunchTemplate.Overrides.some((one) => one.InstanceRequirements),
    },
    suspended: raw.SuspendedProcesses.map(({ ProcessName }) => ProcessName),
    tags: raw.Tags,
    configuration: groupConfigurationIn(raw),
    launchTemplates: launchTemplatesIn(raw),
  }));

const Groups = z.object({ AutoScalingGroups: z.array(AutoScalingGroup).default([]) });

/** An Auto Scaling group: the fields that tools need. */
export type AutoScalingGroup = z.output<typeof AutoScalingGroup>;

/** Reads one group. Throws `ToolRefusal` if it does not exist. */
export const readGroup = async (cloud: Cloud, name: string): Promise<AutoScalingGroup> => {
  const input = { AutoScalingGroupNames: [name] };
  const answer = await callAws(cloud, { service: 'autoscaling', command: 'DescribeAutoScalingGroups', input }, Groups);
  const [group] = answer.AutoScalingGroups;
  if (!group)
    throw new ToolRefusal(`There is no Auto Scaling group "${name}" in ${cloud.region} of account ${cloud.account}.`);
  return group;
};

/** The group as the target of a change. Account and Region come from the ARN that AWS returned. */
export const targetOfGroup = (group: AutoScalingGroup): AwsTarget => {
  const [, , , region = '', account = ''] = group.arn.split(':');
  const { name: id, arn, tags } = group;
  return { kind: 'auto-scaling-group', id, arn, account, region, environment: environmentOf(tags), tags };
};

/** Instances that the group has or should have, whichever are more: also those that are not in service now. */
export const fleetSizeOf = ({ desired, instances }: AutoScalingGroup): number => Math.max(desired, instances.length);

const Activity = z
  .object({
    StartTime: Timestamp,
    StatusCode: z.string(),
    StatusMessage: z.string().optional(),
    Description: z.string().default(''),
    Cause: z.string().default(''),
  })
  .transform((raw) => ({
    start: raw.StartTime,
    status: raw.StatusCode,
    message: raw.StatusMessage,
    description: raw.Description,
    cause: raw.Cause,
    inFlight: !['Successful', 'Failed', 'Cancelled'].includes(raw.StatusCode),
  }));
const Activities = z.object({ Activities: z.array(Activity).default([]) });

/** The latest scaling activities of a group, newest first. */
export const readActivities = async (cloud: Cloud, group: string): Promise<z.output<typeof Activity>[]> => {
  const input = { AutoScalingGroupName: group, MaxRecords: 10 };
  return (await callAws(cloud, { service: 'autoscaling', command: 'DescribeScalingActivities', input }, Activities))
    .Activities;
};
