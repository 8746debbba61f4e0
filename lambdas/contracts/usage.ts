import * as z from 'zod';
import { NamespaceName, NodePrice } from './clusters.ts';

/** The service of calls that read usage over time: not an API of the cluster, but of the source that the settings name. */
export const USAGE = 'usage';
/** Usage of one workload. The query is made by the provider, from names. */
export const USAGE_READ = { service: USAGE, command: 'get usage' } as const;
/** PromQL as it is written: only for an agent whose file grants it. */
export const PROMQL_READ = { service: USAGE, command: 'get promql' } as const;
/** What a node of the cluster costs, by the settings. Nobody is asked for it. */
export const NODE_PRICE_READ = { service: USAGE, command: 'get node-price' } as const;

/** Prometheus answers at most 11,000 points a series. */
const MOST_POINTS = 11_000;

const range = {
  cluster: z.string().optional(),
  namespace: NamespaceName,
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  stepSeconds: z.int().min(15).max(86_400),
};

interface Range {
  readonly from: string;
  readonly to: string;
  readonly stepSeconds: number;
}
const pointsOf = ({ from, to, stepSeconds }: Range): number => (Date.parse(to) - Date.parse(from)) / 1000 / stepSeconds;
const isBounded = (query: Range): boolean => pointsOf(query) >= 1 && pointsOf(query) <= MOST_POINTS;
const bounded = { error: `from 1 to ${MOST_POINTS} steps between from and to` };

/** What is measured: bytes of memory, thousandths of a core, or the percentage of CPU periods in which a container was held back. */
export const UsageMetric = z.enum(['memory', 'cpu', 'throttling']);
export type UsageMetric = z.infer<typeof UsageMetric>;

/** A question about the usage of one workload. Every name is checked here, since a query is made of them. */
export const UsageQuery = z
  .strictObject({
    ...range,
    kind: z.enum(['deployments', 'statefulsets', 'daemonsets']),
    name: z.string().regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, 'the name of a workload'),
    containers: z
      .array(z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'the name of a container'))
      .min(1)
      .max(20),
    metric: UsageMetric,
  })
  .refine(isBounded, bounded);
export type UsageQuery = z.infer<typeof UsageQuery>;

/** PromQL, over a range. */
export const PromqlQuery = z.strictObject({ ...range, query: z.string().min(1).max(2000) }).refine(isBounded, bounded);
export type PromqlQuery = z.infer<typeof PromqlQuery>;

/** A moment in seconds since 1970, and the value there. */
const Point = z.tuple([z.number(), z.number()]);

/** The highest usage of any pod in each step, for each container. A point stands for the step that ends there. */
export const UsageAnswer = z.object({
  /** In words. */
  source: z.string(),
  series: z.array(z.object({ container: z.string(), points: z.array(Point) })),
  warnings: z.array(z.string()),
});
export type UsageAnswer = z.infer<typeof UsageAnswer>;

/** Series of free PromQL. */
export const PromqlAnswer = z.object({
  source: z.string(),
  series: z.array(z.object({ labels: z.record(z.string(), z.string()), points: z.array(Point) })),
  warnings: z.array(z.string()),
});
export type PromqlAnswer = z.infer<typeof PromqlAnswer>;

/** Whose node price is asked for. */
export const NodePriceQuery = z.strictObject({ cluster: z.string(), namespace: NamespaceName });

/** What a node costs; null where the settings do not say. */
export const NodePriceAnswer = z.object({ nodePrice: NodePrice.nullable() });
export type NodePriceAnswer = z.infer<typeof NodePriceAnswer>;
