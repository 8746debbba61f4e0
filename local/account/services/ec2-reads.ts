import * as z from 'zod';
import { CloudError } from '../../../lambdas/contracts/errors.ts';
import { simulatedCommand, type Command } from '../command.ts';
import { chosen } from './ec2-instances.ts';
import { launchTemplatesOf } from './autoscaling-shapes.ts';
import {
  describeInstance,
  describeStatus,
  describeProtection,
  describeType,
  describeVolume,
  instanceStateOf,
} from './ec2-shapes.ts';

const Filters = z.array(z.strictObject({ Name: z.string(), Values: z.array(z.string()) })).default([]);
const TagFilters = z.tuple([z.strictObject({ Name: z.literal('resource-id'), Values: z.array(z.string()).min(1) })]);
const Ids = z.array(z.string()).min(1);

type Name =
  | 'DescribeInstances'
  | 'DescribeInstanceAttribute'
  | 'DescribeInstanceTypes'
  | 'DescribeInstanceTypeOfferings'
  | 'DescribeInstanceStatus'
  | 'DescribeLaunchTemplates'
  | 'DescribeTags'
  | 'DescribeVolumes';

/** The commands of EC2 that only read. */
export const ec2Reads: Record<Name, Command> = {
  DescribeInstances: simulatedCommand(
    'ec2:DescribeInstances',
    z.strictObject({ InstanceIds: Ids.optional() }),
    ({ InstanceIds: ids }, state) => ({
      Reservations: chosen(ids, state).map((instance) => ({
        ReservationId: `r-${instance.id.slice(2)}`,
        OwnerId: state.world.account,
        Groups: [],
        Instances: [describeInstance(instance, state)],
      })),
    }),
  ),
  DescribeTags: simulatedCommand(
    'ec2:DescribeTags',
    z.strictObject({ Filters: TagFilters }),
    ({ Filters: [of] }, state) => ({
      Tags: chosen(undefined, state)
        .filter(({ id }) => of.Values.includes(id))
        .flatMap((instance) =>
          describeInstance(instance, state).Tags.map((tag) => ({
            ...tag,
            ResourceId: instance.id,
            ResourceType: 'instance',
          })),
        ),
    }),
  ),
  DescribeInstanceAttribute: simulatedCommand(
    'ec2:DescribeInstanceAttribute',
    z.strictObject({ InstanceId: z.string(), Attribute: z.enum(['disableApiStop', 'disableApiTermination']) }),
    ({ InstanceId: id, Attribute: attribute }, state) => {
      const [instance] = chosen([id], state);
      return instance === undefined ? {} : describeProtection(instance, attribute);
    },
  ),
  DescribeLaunchTemplates: simulatedCommand(
    'ec2:DescribeLaunchTemplates',
    z.strictObject({ LaunchTemplateIds: Ids }),
    ({ LaunchTemplateIds: ids }, state) => ({
      LaunchTemplates: launchTemplatesOf(state).filter(({ LaunchTemplateId: id }) => ids.includes(id)),
    }),
  ),
  DescribeInstanceTypes: simulatedCommand(
    'ec2:DescribeInstanceTypes',
    z.strictObject({ InstanceTypes: Ids }),
    ({ InstanceTypes: names }, state) => {
      const unknown = names.filter((name) => !state.fleet.types.has(name));
      if (unknown.length > 0) {
        throw new CloudError(
          'InvalidInstanceType',
          `The following supplied instance types do not exist: [${unknown.join(', ')}]`,
        );
      }
      const wanted = [...state.fleet.types.keys()].filter((name) => names.includes(name));
      return { InstanceTypes: wanted.map((name) => describeType(name, state)) };
    },
  ),
  DescribeInstanceStatus: simulatedCommand(
    'ec2:DescribeInstanceStatus',
    z.strictObject({ InstanceIds: Ids, IncludeAllInstances: z.boolean().default(false) }),
    ({ InstanceIds: ids, IncludeAllInstances: all }, state) => {
      const kept = chosen(ids, state).filter((instance) => all || instanceStateOf(instance, state) === 'running');
      return { InstanceStatuses: kept.map((instance) => describeStatus(instance, state)) };
    },
  ),
  DescribeInstanceTypeOfferings: simulatedCommand(
    'ec2:DescribeInstanceTypeOfferings',
    z.strictObject({ LocationType: z.literal('availability-zone'), Filters }),
    ({ Filters: filters }, state) => {
      const offered = [...state.fleet.types.keys()].flatMap((type) =>
        ['a', 'b', 'c'].map((letter) => ({
          InstanceType: type,
          LocationType: 'availability-zone',
          Location: state.world.region + letter,
        })),
      );
      const wanted = offered.filter((offer) =>
        filters.every(({ Name: name, Values: values }) =>
          values.includes(name === 'location' ? offer.Location : offer.InstanceType),
        ),
      );
      return { InstanceTypeOfferings: wanted };
    },
  ),
  DescribeVolumes: simulatedCommand(
    'ec2:DescribeVolumes',
    z.strictObject({ Filters }),
    ({ Filters: filters }, state) => {
      const wanted = chosen(undefined, state).filter(({ id }) =>
        filters.every(({ Name: name, Values: values }) => name === 'attachment.instance-id' && values.includes(id)),
      );
      return { Volumes: wanted.map(describeVolume) };
    },
  ),
};
