import * as z from 'zod';
import { Json } from '../../contracts/json.ts';
import type { Configuration } from '../../contracts/plan.ts';
import { sortedSet } from './format.ts';

const LaunchTemplate = z.object({
  LaunchTemplateId: z.string().optional(),
  LaunchTemplateName: z.string().optional(),
  Version: z.string().default('$Default'),
});
/** The launch template that a group names. `$Latest` and `$Default` are versions too. */
export type LaunchTemplate = z.output<typeof LaunchTemplate>;

const Override = z
  .object({
    InstanceType: z.string().optional(),
    InstanceRequirements: z.looseObject({}).optional(),
    LaunchTemplateSpecification: LaunchTemplate.optional(),
  })
  .catchall(Json);

const MixedInstancesPolicy = z.object({
  LaunchTemplate: z
    .object({ LaunchTemplateSpecification: LaunchTemplate.optional(), Overrides: z.array(Override).default([]) })
    .prefault({}),
  InstancesDistribution: Json.optional(),
});

/** Fields of DescribeAutoScalingGroups that say what a group launches, where and how, as AWS names them. */
export const GROUP_FIELDS = {
  LaunchConfigurationName: z.string().nullable().default(null),
  LaunchTemplate: LaunchTemplate.optional(),
  MixedInstancesPolicy: MixedInstancesPolicy.prefault({}),
  VPCZoneIdentifier: z.string().default(''),
  AvailabilityZones: z.array(z.string()).default([]),
  HealthCheckType: z.string().default('EC2'),
  HealthCheckGracePeriod: z.int().default(0),
  TargetGroupARNs: z.array(z.string()).default([]),
  LoadBalancerNames: z.array(z.string()).default([]),
  TerminationPolicies: z.array(z.string()).default([]),
  NewInstancesProtectedFromScaleIn: z.boolean().default(false),
  CapacityRebalance: z.boolean().default(false),
  MaxInstanceLifetime: z.int().default(0),
  DefaultCooldown: z.int().default(0),
  PlacementGroup: z.string().nullable().default(null),
};
type Fields = z.output<z.ZodObject<typeof GROUP_FIELDS>>;

/** Every launch template that new instances may start from. */
export const launchTemplatesIn = ({ LaunchTemplate: own, MixedInstancesPolicy: mixed }: Fields): LaunchTemplate[] => [
  ...(own === undefined ? [] : [own]),
  ...[mixed.LaunchTemplate, ...mixed.LaunchTemplate.Overrides].flatMap(
    ({ LaunchTemplateSpecification: one }) => one ?? [],
  ),
];

const overrideText = ({ InstanceType, ...rest }: z.output<typeof Override>): string =>
  InstanceType !== undefined && Object.keys(rest).length === 0
    ? InstanceType
    : JSON.stringify({ InstanceType, ...rest });

/** These fields as a plan keeps them, without the launch templates. Policies and overrides are in order of priority. */
export const groupConfigurationIn = (raw: Fields): Configuration => ({
  launchConfiguration: raw.LaunchConfigurationName,
  instanceTypes: raw.MixedInstancesPolicy.LaunchTemplate.Overrides.map(overrideText),
  instancesDistribution:
    raw.MixedInstancesPolicy.InstancesDistribution === undefined
      ? null
      : JSON.stringify(raw.MixedInstancesPolicy.InstancesDistribution),
  subnets: sortedSet(raw.VPCZoneIdentifier.split(',').filter((subnet) => subnet !== '')),
  zones: sortedSet(raw.AvailabilityZones),
  healthCheckType: raw.HealthCheckType,
  healthCheckGraceSeconds: raw.HealthCheckGracePeriod,
  targetGroups: sortedSet(raw.TargetGroupARNs),
  loadBalancers: sortedSet(raw.LoadBalancerNames),
  terminationPolicies: raw.TerminationPolicies,
  scaleInProtection: raw.NewInstancesProtectedFromScaleIn,
  capacityRebalance: raw.CapacityRebalance,
  maxInstanceLifetime: raw.MaxInstanceLifetime,
  cooldownSeconds: raw.DefaultCooldown,
  placementGroup: raw.PlacementGroup,
});
