import { uuid } from '../uuid.ts';
import { iso } from '../command.ts';
import type { SimulatedInstance } from '../fleet.ts';
import type { Activity, SimulatedGroup } from '../groups.ts';
import type { State } from '../state.ts';

/** The ARN of a group. */
export const arn = (name: string, { world }: State): string =>
  `arn:aws:autoscaling:${world.region}:${world.account}:autoScalingGroup:${uuid(name)}:autoScalingGroupName/${name}`;

/** Members that the group still shows: those on their way out too, until they are gone. */
const membersOf = (group: SimulatedGroup, state: State): SimulatedInstance[] =>
  [...state.fleet.instances.values()].filter((instance) => {
    const now = state.fleet.at(instance, state.now())?.state;
    return instance.group === group.name && now !== undefined && now !== 'terminated';
  });

const LIFECYCLE: Readonly<Record<string, string>> = {
  pending: 'Pending',
  'shutting-down': 'Terminating',
  terminated: 'Terminated',
};

/** A member as the group shows it. */
const describeMember = (instance: SimulatedInstance, state: State) => {
  const moment = state.fleet.at(instance, state.now());
  const healthy = moment?.state === 'running' || moment?.state === 'pending';
  return {
    InstanceId: instance.id,
    InstanceType: moment?.type ?? '',
    AvailabilityZone: instance.zone,
    LifecycleState: LIFECYCLE[moment?.state ?? ''] ?? 'InService',
    HealthStatus: healthy ? 'Healthy' : 'Unhealthy',
    LaunchTemplate: launchTemplate(instance.group ?? ''),
    ProtectedFromScaleIn: false,
  };
};

/** The launch templates of all groups as DescribeLaunchTemplates shows them. */
export const launchTemplatesOf = ({ groups }: State) =>
  [...groups.groups.keys()].map((group) => {
    const { Version, ...template } = launchTemplate(group);
    return { ...template, DefaultVersionNumber: Number(Version), LatestVersionNumber: Number(Version) };
  });

const launchTemplate = (group: string) => ({
  LaunchTemplateId: `lt-0${uuid(group).replaceAll('-', '').slice(0, 16)}`,
  LaunchTemplateName: group,
  Version: '3',
});

/** A group as DescribeAutoScalingGroups shows it. */
export const describeGroup = (group: SimulatedGroup, state: State) => ({
  AutoScalingGroupName: group.name,
  AutoScalingGroupARN: arn(group.name, state),
  LaunchTemplate: launchTemplate(group.name),
  MinSize: group.min,
  MaxSize: group.max,
  DesiredCapacity: group.desired,
  DefaultCooldown: group.cooldownSeconds,
  AvailabilityZones: [...group.zones],
  LoadBalancerNames: [],
  TargetGroupARNs: [],
  HealthCheckType: 'EC2',
  HealthCheckGracePeriod: 300,
  Instances: membersOf(group, state).map((instance) => describeMember(instance, state)),
  CreatedTime: iso(Date.parse(state.world.now) - 90 * 86_400_000),
  SuspendedProcesses: [],
  VPCZoneIdentifier: group.zones.map((zone) => `subnet-0a9b8c7d6e5f4030${zone.at(-1) ?? 'a'}`).join(','),
  EnabledMetrics: [],
  Tags: Object.entries(group.tags).map(([Key, Value]) => ({
    ResourceId: group.name,
    ResourceType: 'auto-scaling-group',
    Key,
    Value,
    PropagateAtLaunch: true,
  })),
  TerminationPolicies: ['Default'],
  NewInstancesProtectedFromScaleIn: false,
  ServiceLinkedRoleARN: `arn:aws:iam::${state.world.account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
  ...group.fields,
});

/** An activity as DescribeScalingActivities shows it. */
export const describeActivity = (activity: Activity, state: State) => {
  const done = activity.end <= state.now();
  return {
    ActivityId: activity.id,
    AutoScalingGroupName: activity.group,
    AutoScalingGroupARN: arn(activity.group, state),
    Description: activity.description,
    Cause: activity.cause,
    StartTime: iso(activity.start),
    ...(done ? { EndTime: iso(activity.end) } : {}),
    StatusCode: activity.failure !== undefined ? 'Failed' : done ? 'Successful' : 'InProgress',
    ...(activity.failure === undefined ? {} : { StatusMessage: activity.failure }),
    Progress: done ? 100 : 50,
    Details: JSON.stringify({ 'Availability Zone': activity.zone }),
  };
};
