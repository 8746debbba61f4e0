import * as z from 'zod';
import { CloudError } from '../../../lambdas/contracts/errors.ts';
import { simulatedCommand, nextToken, paginated, type Command } from '../command.ts';
import type { State } from '../state.ts';
import { chosen } from './ec2-instances.ts';
import {
  describeInstance,
  describeStatus,
  describeType,
  describeVolume,
  matchesFilters,
  matchesValue,
  instanceStateOf,
  type Filter,
} from './ec2-shapes.ts';

const Filters = z.array(z.strictObject({ Name: z.string(), Values: z.array(z.string()) })).default([]);
const Paged = { MaxResults: z.int().optional(), NextToken: z.string().optional() };
const Ids = z.array(z.string()).min(1);

type Name =
  | 'DescribeInstances'
  | 'DescribeInstanceTypes'
  | 'DescribeInstanceTypeOfferings'
  | 'DescribeInstanceStatus'
  | 'DescribeVolumes';

/** The commands of EC2 that only read. */
export const ec2Reads: Record<Name, Command> = {
  DescribeInstances: simulatedCommand(
    'ec2:DescribeInstances',
    z.strictObject({ InstanceIds: Ids.optional(), Filters, ...Paged }),
    ({ InstanceIds: ids, Filters: filters, MaxResults: size, NextToken: token }, state) => {
      const described = chosen(ids, state).map((instance) => ({ instance, shape: describeInstance(instance, state) }));
      const kept = described.filter(({ instance }) => matchesFilters(instance, filters, state));
      const { items, next } = paginated(kept, size, token);
      const reservations = items.map(({ instance, shape }) => ({
        ReservationId: `r-${instance.id.slice(2)}`,
        OwnerId: state.world.account,
        Groups: [],
        Instances: [shape],
      }));
      return { Reservations: reservations, ...nextToken(next) };
    },
  ),
  DescribeInstanceTypes: simulatedCommand(
    'ec2:DescribeInstanceTypes',
    z.strictObject({ InstanceTypes: Ids.optional(), Filters, ...Paged }),
    ({ InstanceTypes: names, Filters: filters, MaxResults: size, NextToken: token }, state) => {
      const unknown = (names ?? []).filter((name) => !state.fleet.types.has(name));
      if (unknown.length > 0) {
        throw new CloudError(
          'InvalidInstanceType',
          `The following supplied instance types do not exist: [${unknown.join(', ')}]`,
        );
      }
      const wanted = [...state.fleet.types.keys()].filter((name) => names?.includes(name) ?? true);
      const { items, next } = paginated(
        wanted.filter((name) => typeMatches(name, filters, state)),
        size,
        token,
      );
      return { InstanceTypes: items.map((name) => describeType(name, state)), ...nextToken(next) };
    },
  ),
  DescribeInstanceStatus: simulatedCommand(
    'ec2:DescribeInstanceStatus',
    z.strictObject({ InstanceIds: Ids.optional(), IncludeAllInstances: z.boolean().default(false), Filters, ...Paged }),
    ({ InstanceIds: ids, IncludeAllInstances: all, Filters: filters, MaxResults: size, NextToken: token }, state) => {
      const kept = chosen(ids, state)
        .filter((instance) => all || instanceStateOf(instance, state) === 'running')
        .filter((instance) => matchesFilters(instance, filters, state));
      const { items, next } = paginated(kept, size, token);
      return { InstanceStatuses: items.map((instance) => describeStatus(instance, state)), ...nextToken(next) };
    },
  ),
  DescribeInstanceTypeOfferings: simulatedCommand(
    'ec2:DescribeInstanceTypeOfferings',
    z.strictObject({ LocationType: z.literal('availability-zone'), Filters, ...Paged }),
    ({ Filters: filters, MaxResults: size, NextToken: token }, state) => {
      const offered = [...state.fleet.types.keys()].flatMap((type) =>
        ['a', 'b', 'c'].map((letter) => ({
          InstanceType: type,
          LocationType: 'availability-zone',
          Location: state.world.region + letter,
        })),
      );
      const wanted = offered.filter((offer) =>
        filters.every(({ Name: name, Values: values }) =>
          matchesValue(values, name === 'location' ? offer.Location : offer.InstanceType),
        ),
      );
      const { items, next } = paginated(wanted, size, token);
      return { InstanceTypeOfferings: items, ...nextToken(next) };
    },
  ),
  DescribeVolumes: simulatedCommand(
    'ec2:DescribeVolumes',
    z.strictObject({ Filters, ...Paged }),
    ({ Filters: filters, MaxResults: size, NextToken: token }, state) => {
      const wanted = chosen(undefined, state).filter(({ id }) =>
        filters.every(({ Name: name, Values: values }) => name === 'attachment.instance-id' && values.includes(id)),
      );
      const { items, next } = paginated(wanted, size, token);
      return { Volumes: items.map(describeVolume), ...nextToken(next) };
    },
  ),
};

const typeMatches = (name: string, filters: readonly Filter[], state: State): boolean =>
  filters.every(({ Name: filter, Values: values }) => {
    const type = state.fleet.types.get(name);
    if (filter === 'instance-type') return matchesValue(values, name);
    if (filter === 'processor-info.supported-architecture') return values.includes(type?.architecture ?? '');
    if (filter === 'vcpu-info.default-vcpus') return values.includes(String(type?.vcpus));
    if (filter === 'current-generation') return values.includes('true');
    throw new CloudError('InvalidParameterValue', `The filter '${filter}' is invalid`);
  });
