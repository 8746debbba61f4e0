import * as z from 'zod';
import type { Cloud } from '../../contracts/ports.ts';
import type { ProviderCall } from '../../contracts/tool.ts';
import { listAllObjects, type Place } from './call-cluster.ts';
import { listOf, type Resources } from './objects.ts';
import { nanosOf } from './quantity.ts';
import { amountText } from './text.ts';

/** The read that `limitRangesOf` makes. */
export const LIMIT_RANGE_READS = [
  { service: 'v1', command: 'list limitranges' },
] as const satisfies readonly ProviderCall[];

const amounts = z.record(z.string(), z.string()).default({});
const Item = z.object({
  type: z.string(),
  default: amounts,
  defaultRequest: amounts,
  min: amounts,
  max: amounts,
  maxLimitRequestRatio: amounts,
});
const LimitRange = z.object({ metadata: z.object({ name: z.string() }), spec: z.object({ limits: listOf(Item) }) });

/** What one entry of a LimitRange gives to pods or containers, and demands of them. */
export interface LimitRangeItem extends z.output<typeof Item> {
  /** Name of its LimitRange. */
  readonly of: string;
}

/** The LimitRanges of a namespace. The API server holds pods to them, not what makes the pods. */
export const limitRangesOf = async (cloud: Cloud, place: Place): Promise<readonly LimitRangeItem[]> => {
  const items = await listAllObjects(cloud, 'v1', 'limitranges', place, LimitRange);
  return items.flatMap(({ metadata, spec }) => spec.limits.map((one) => ({ ...one, of: metadata.name })));
};

/** What a container of a pod has in the end: a request that is left out is the limit, and then LimitRanges fill in. */
export const effective = ({ requests, limits }: Resources, ranges: readonly LimitRangeItem[]): Resources => {
  const perContainer = ranges.filter(({ type }) => type === 'Container');
  return perContainer.reduce<Resources>(
    (found, range) => ({
      requests: { ...range.defaultRequest, ...found.requests },
      limits: { ...range.default, ...found.limits },
    }),
    { requests: { ...limits, ...requests }, limits },
  );
};

const RESOURCES = ['cpu', 'memory'] as const;
type Resource = (typeof RESOURCES)[number];

/** A container, or a pod with the sums of its containers. */
export interface Held {
  readonly type: 'Container' | 'Pod';
  readonly name: string;
  readonly resources: Resources;
}

/** Why a LimitRange would not admit a container or a pod, as sentences. */
export const limitRangeProblems = (held: Held, ranges: readonly LimitRangeItem[]): string[] =>
  ranges
    .filter(({ type }) => type === held.type)
    .flatMap((range) =>
      RESOURCES.flatMap((resource) => [
        ...boundProblems(held, range, resource),
        ...ratioProblems(held, range, resource),
      ]),
    );

const boundProblems = ({ type, name, resources }: Held, range: LimitRangeItem, resource: Resource): string[] => {
  const [request, limit] = [resources.requests[resource], resources.limits[resource]];
  const says = (what: string, bound: string): string =>
    `LimitRange ${range.of} admits no ${type.toLowerCase()} with ${what} ${amountText(resource, bound)} of ${resource}; ${name} would have ${amountsText(resource, request, limit)}.`;
  const { [resource]: min } = range.min;
  const { [resource]: max } = range.max;
  const isLess = (one: string | undefined, bound: string) => one !== undefined && nanosOf(one) < nanosOf(bound);
  const isMore = (one: string | undefined, bound: string) => one !== undefined && nanosOf(one) > nanosOf(bound);
  return [
    ...(min !== undefined && (request === undefined || isLess(request, min) || isLess(limit, min))
      ? [says('a request or limit of less than', min)]
      : []),
    ...(max !== undefined && (limit === undefined || isMore(limit, max) || isMore(request, max))
      ? [says('no limit, or one of more than', max)]
      : []),
  ];
};

const ratioProblems = ({ type, name, resources }: Held, range: LimitRangeItem, resource: Resource): string[] => {
  const { [resource]: most } = range.maxLimitRequestRatio;
  if (most === undefined) return [];
  const request = nanosOf(resources.requests[resource] ?? '0');
  const limit = nanosOf(resources.limits[resource] ?? '0');
  // limit / request > most, without a division.
  if (request > 0n && limit > 0n && limit * 1_000_000_000n <= request * nanosOf(most)) return [];
  return [
    `LimitRange ${range.of} admits no ${type.toLowerCase()} whose limit of ${resource} is more than ${most} times its request; ${name} would have ${amountsText(resource, resources.requests[resource], resources.limits[resource])}.`,
  ];
};

const amountsText = (resource: Resource, request: string | undefined, limit: string | undefined): string => {
  const text = (quantity: string | undefined) => (quantity === undefined ? 'none' : amountText(resource, quantity));
  return `request ${text(request)} and limit ${text(limit)}`;
};
