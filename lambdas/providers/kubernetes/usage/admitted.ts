import type * as z from 'zod';
import type { Cluster } from '../../../contracts/clusters.ts';
import { contractBroken, ToolRefusal } from '../../../contracts/errors.ts';
import type { JsonObject } from '../../../contracts/json.ts';
import type { AccountRegion, CloudRequest } from '../../../contracts/ports.ts';
import type { ProviderCall } from '../../../contracts/tool.ts';
import type { UsageSource } from '../../../contracts/usage-source.ts';
import { PROMQL_READ, PromqlQuery, USAGE_READ, UsageQuery } from '../../../contracts/usage.ts';
import { checkListed, grantedCluster, type Clusters } from '../reach.ts';

/** A question about usage that may be asked, and the source that it goes to. */
export type AdmittedUsage = {
  readonly cluster: Cluster;
  readonly source: UsageSource;
} & ({ readonly kind: 'usage'; readonly query: UsageQuery } | { readonly kind: 'promql'; readonly query: PromqlQuery });

/**
 * Admits a question about usage: a call of the manifest, about a cluster where the incident is and a namespace that some agent is
 * granted, and PromQL only where some agent may send its own.
 */
export const admittedUsage = (
  calls: readonly ProviderCall[],
  sent: CloudRequest,
  clusters: Clusters,
  at: AccountRegion,
  home: AccountRegion,
): AdmittedUsage => {
  checkListed(calls, sent);
  const question = questionOf(sent);
  const cluster = grantedCluster(clusters, question.query, at, home);
  const { usage: source } = cluster;
  if (source === undefined)
    throw new ToolRefusal(
      `Nobody knows the usage of the cluster ${cluster.name} over time: its entry in the settings (\`clusters\`) names no source (\`usage\`: a Prometheus, or Container Insights).`,
    );
  if (question.kind === 'promql') checkPromql(cluster.name, source, clusters.agents);
  return { cluster, source, ...question };
};

const questionOf = ({ service, command, input }: CloudRequest) => {
  const isPromql = command === PROMQL_READ.command;
  if (!isPromql && command !== USAGE_READ.command)
    throw contractBroken(
      `${service}: ${command} is not a call; expected ${USAGE_READ.command} or ${PROMQL_READ.command}.`,
    );
  if (isPromql) return { kind: 'promql', query: parsed(PromqlQuery, input) } as const;
  return { kind: 'usage', query: parsed(UsageQuery, input) } as const;
};

const parsed = <S extends z.ZodType>(schema: S, input: JsonObject): z.output<S> => {
  const { data, error } = schema.safeParse(input);
  if (error === undefined) return data;
  const why = error.issues.map(({ path, message }) => `${path.join('.') || 'input'}: ${message}`).join('; ');
  throw new ToolRefusal(`This usage cannot be asked for: ${why}.`);
};

const checkPromql = (cluster: string, source: UsageSource, agents: Clusters['agents']): void => {
  if (source.kind === 'container-insights')
    throw new ToolRefusal(`The usage of the cluster ${cluster} is in Container Insights, which takes no PromQL.`);
  if (!agents.some(({ kubernetes }) => kubernetes?.promql === true && kubernetes.clusters.includes(cluster)))
    throw new ToolRefusal(`No agent may send PromQL of its own to the Prometheus of the cluster ${cluster}.`);
};
