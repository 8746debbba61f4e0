import { ToolRefusal } from '../../../contracts/errors.ts';
import type { Cloud } from '../../../contracts/ports.ts';
import type { AwsCall } from '../../../contracts/tool.ts';
import type { UsageAnswer, UsageQuery } from '../../../contracts/usage.ts';
import { readMetric } from '../../../tools/aws/metrics.ts';

/** What Container Insights is read with. */
export const METRIC_READS: readonly AwsCall[] = [{ service: 'cloudwatch', command: 'GetMetricData', scope: 'any' }];

const SOURCE = 'Container Insights';
/** For each container it has the usage as a percentage of the limit, and the limit; never the usage alone. */
const METRICS = {
  memory: ['container_memory_utilization_over_container_limit', 'container_memory_limit'],
  cpu: ['container_cpu_utilization_over_container_limit', 'container_cpu_limit'],
} as const;

/** The highest usage in each step: the highest share of the limit, times the highest limit of that step. */
export const containerInsightsUsage = async (
  cloud: Cloud,
  clusterName: string,
  query: UsageQuery,
): Promise<UsageAnswer> => {
  const { metric, containers } = query;
  if (metric === 'throttling')
    throw new ToolRefusal(`${SOURCE} has no metric of CPU throttling. It needs a Prometheus as the source of usage.`);
  const [share, limit] = METRICS[metric];
  const series = await Promise.all(
    containers.map(async (container) => {
      const [shares, limits] = await Promise.all([
        maxima(cloud, clusterName, query, container, share),
        maxima(cloud, clusterName, query, container, limit),
      ]);
      const points = [...shares].flatMap(([at, percent]): [number, number][] => {
        const most = limits.get(at);
        return most === undefined ? [] : [[at, (percent * most) / 100]];
      });
      return { container, points };
    }),
  );
  const without = series.filter(({ points }) => points.length === 0).map(({ container }) => container);
  const warnings = without.map(
    (container) =>
      `${SOURCE} has no ${metric} of ${container}: it needs enhanced observability, and a ${metric} limit.`,
  );
  return { source: SOURCE, series: series.filter(({ points }) => points.length > 0), warnings };
};

const SECONDS = 60;

/** The highest value of each step, by the second in which the step ends. */
const maxima = async (
  cloud: Cloud,
  ClusterName: string,
  { namespace: Namespace, name: PodName, from, to, stepSeconds }: UsageQuery,
  ContainerName: string,
  metric: string,
): Promise<ReadonlyMap<number, number>> => {
  const periodSeconds = Math.ceil(stepSeconds / SECONDS) * SECONDS;
  const [series] = await readMetric(cloud, {
    namespace: 'ContainerInsights',
    metric,
    dimensions: { ClusterName, Namespace, PodName, ContainerName },
    stats: ['Maximum'],
    periodSeconds,
    from: new Date(from),
    to: new Date(to),
  });
  return new Map(series?.points.map(({ at, value }) => [Date.parse(at) / 1000 + periodSeconds, value]));
};
