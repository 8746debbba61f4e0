import { contractBroken } from '../../../contracts/errors.ts';
import type { AccountRegion } from '../../../contracts/ports.ts';
import type { PromqlAnswer, UsageAnswer } from '../../../contracts/usage.ts';
import { awsCloudAccess } from '../../aws/cloud.ts';
import type { ClusterConnections, ClusterOptions } from '../connections.ts';
import type { AdmittedUsage } from './admitted.ts';
import { METRIC_READS, containerInsightsUsage } from './container-insights.ts';
import { plainPrometheus, prometheusSender, workspacePrometheus, type PrometheusOptions } from './prometheus-source.ts';
import { promqlOf } from './promql.ts';
import { queryRange, type Prometheus } from './query-range.ts';

/** How usage is read: like the cluster, and over HTTP. */
export interface UsageOptions extends ClusterOptions {
  readonly prometheus?: PrometheusOptions;
}

/** Answers a question about usage, in the account of the incident. */
export type UsageReader = (
  asked: AdmittedUsage,
  at: AccountRegion,
  incidentId: string,
) => Promise<UsageAnswer | PromqlAnswer>;

/**
 * Reads usage from the source of a cluster. A Prometheus is asked without credentials; a workspace of Amazon Managed Prometheus and
 * Container Insights under the role that reads in the account of the cluster.
 */
export const usageReader = (options: UsageOptions, connections: () => Promise<ClusterConnections>): UsageReader => {
  const send = prometheusSender(options.prometheus);
  const aws = awsCloudAccess(options);
  const prometheusOf = async ({ source, cluster }: AdmittedUsage, at: AccountRegion, incidentId: string) => {
    if (source.kind === 'prometheus') return plainPrometheus(source, cluster.name, send, options.prometheus);
    if (source.kind === 'container-insights') return undefined;
    const { workspaceReader } = await connections();
    return workspacePrometheus(
      source,
      at,
      (arn) => workspaceReader({ cluster, at, incidentId }, arn),
      send,
      options.clock,
    );
  };
  return async (asked, at, incidentId) => {
    const prometheus = await prometheusOf(asked, at, incidentId);
    if (prometheus !== undefined)
      return asked.kind === 'promql'
        ? queryRange(prometheus, asked.query.query, asked.query)
        : usageIn(prometheus, asked);
    if (asked.kind === 'promql') throw contractBroken('PromQL was admitted to a source that takes none.');
    const cloud = aws(METRIC_READS, { incidentId, accountRegion: at });
    return containerInsightsUsage(cloud, asked.cluster.eksName ?? asked.cluster.name, asked.query);
  };
};

const usageIn = async (
  prometheus: Prometheus,
  { query, source }: AdmittedUsage & { readonly kind: 'usage' },
): Promise<UsageAnswer> => {
  const labels = source.kind === 'container-insights' ? {} : source.labels;
  const { series, ...more } = await queryRange(prometheus, promqlOf(query, labels), query);
  return { ...more, series: series.map((one) => ({ container: one.labels['container'] ?? '', points: one.points })) };
};
