import * as z from 'zod';
import type { AwsTarget } from '../../contracts/plan.ts';
import { CloudError, ToolRefusal } from '../../contracts/errors.ts';
import type { Cloud, CloudRequest } from '../../contracts/ports.ts';
import { callAws, Timestamp } from './call-aws.ts';
import { configurationIn, INSTANCE_FIELDS } from './instance-fields.ts';
import { environmentOf } from '../environment.ts';
import { Tags } from './tags.ts';

const Instance = z
  .object({
    InstanceId: z.string(),
    InstanceType: z.string(),
    State: z.object({ Name: z.string() }),
    StateReason: z.object({ Code: z.string(), Message: z.string().default('') }).optional(),
    LaunchTime: Timestamp,
    Placement: z.object({
      AvailabilityZone: z.string(),
      Tenancy: z.string().default('default'),
      HostId: z.string().optional(),
      GroupName: z.string().optional(),
    }),
    Architecture: z.string(),
    RootDeviceType: z.string(),
    PlatformDetails: z.string().default('Linux/UNIX'),
    InstanceLifecycle: z.string().optional(),
    EnaSupport: z.boolean().default(false),
    ...INSTANCE_FIELDS,
    Tags,
  })
  .transform((raw) => ({
    id: raw.InstanceId,
    type: raw.InstanceType,
    state: raw.State.Name,
    stateReason: raw.StateReason,
    launchTime: raw.LaunchTime,
    zone: raw.Placement.AvailabilityZone,
    tenancy: raw.Placement.Tenancy,
    architecture: raw.Architecture,
    rootDevice: raw.RootDeviceType,
    platform: raw.PlatformDetails,
    spot: raw.InstanceLifecycle === 'spot',
    enaSupport: raw.EnaSupport,
    /** A public IPv4 address of Amazon's pool, which changes on a stop. An Elastic IP address does not. */
    autoAssignedPublicIp: raw.NetworkInterfaces.some(
      (networkInterface) => networkInterface.Association?.IpOwnerId === 'amazon',
    ),
    tags: raw.Tags,
    configuration: configurationIn(raw),
  }));

const Answer = z.object({
  Reservations: z.array(z.object({ OwnerId: z.string(), Instances: z.array(Instance).default([]) })).default([]),
});

/** An EC2 instance: the fields that tools need, and the account that owns it. */
export type Ec2Instance = z.output<typeof Instance> & { readonly account: string };

/** The instances that AWS knows by these ids. */
export const readInstances = async (cloud: Cloud, ids: readonly string[]): Promise<Ec2Instance[]> => {
  const request: CloudRequest = { service: 'ec2', command: 'DescribeInstances', input: { InstanceIds: [...ids] } };
  const { Reservations } = await callAws(cloud, request, Answer);
  return Reservations.flatMap(({ OwnerId, Instances }) => Instances.map((one) => ({ ...one, account: OwnerId })));
};

/** Reads one instance. Throws `ToolRefusal` if it does not exist or is terminated. */
export const readInstance = async (cloud: Cloud, id: string): Promise<Ec2Instance> => {
  const [instance] = await readInstances(cloud, [id]).catch(noneIfNotFound);
  if (!instance) throw new ToolRefusal(`There is no instance ${id} in ${cloud.region} of account ${cloud.account}.`);
  if (['terminated', 'shutting-down'].includes(instance.state))
    throw new ToolRefusal(`${id} is ${instance.state}; nothing can be changed about it.`);
  return instance;
};

const noneIfNotFound = (error: unknown): Ec2Instance[] => {
  if (error instanceof CloudError && error.code.startsWith('InvalidInstanceID')) return [];
  throw error;
};

/** The instance as the target of a change. */
export const targetOfInstance = (instance: Ec2Instance, region: string): AwsTarget => ({
  kind: 'ec2-instance',
  id: instance.id,
  arn: `arn:${partitionOf(region)}:ec2:${region}:${instance.account}:instance/${instance.id}`,
  account: instance.account,
  region,
  environment: environmentOf(instance.tags),
  tags: instance.tags,
});

const partitionOf = (region: string): string =>
  region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';

/** Name of the instance's Auto Scaling group, from a tag that only AWS can set. */
export const groupOf = (instance: Ec2Instance): string | undefined => instance.tags['aws:autoscaling:groupName'];
