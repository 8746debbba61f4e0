import type { Agent } from '../../lambdas/contracts/agent.ts';
import type { JsonObject } from '../../lambdas/contracts/json.ts';
import type { Clock, Cloud } from '../../lambdas/contracts/ports.ts';
import type { ObserveManifest, ProviderCall } from '../../lambdas/contracts/tool.ts';
import { USAGE } from '../../lambdas/contracts/usage.ts';
import { kubernetesReads } from '../../lambdas/providers/kubernetes/reads.ts';
import type { PrometheusOptions } from '../../lambdas/providers/kubernetes/usage/prometheus-source.ts';
import type { ObserveTool } from '../../lambdas/tools/tool.ts';
import { FakeAws } from '../fakes/fake-aws.ts';
import { cluster, clusterAgent } from '../fixtures/cluster-tools.ts';
import { subjectFor } from '../fixtures/subjects.ts';
import type { PrometheusServer } from './server.ts';

const HOME = { account: '123456789012', region: 'eu-central-1' };
const resources = { requests: { memory: '512Mi', cpu: '500m' }, limits: { memory: '1Gi' } };
/** The workload as the API server would answer; only usage is asked of Prometheus here. */
const WORKLOAD: JsonObject = {
  metadata: { name: 'checkout', uid: 'u', creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: { template: { spec: { containers: [{ name: 'web', resources }] } } },
  status: {},
};

/** An agent that has both tools, with or without the grant of PromQL. */
export const agentWith = (promql?: true): Agent[] =>
  clusterAgent('optimizer', { clusters: ['prod'], namespaces: ['shop'], ...(promql && { promql }) }, []).map(
    (agent) => ({ ...agent, tools: { observe: ['query_usage', 'query_prometheus'], change: [] } }),
  );

interface Asking {
  readonly agents?: readonly Agent[];
  readonly prometheus?: PrometheusOptions;
}

/** The cloud of a tool, by the provider's own code: usage from the real Prometheus. */
export const cloudOf = (
  { url }: PrometheusServer,
  calls: readonly ProviderCall[],
  { agents = agentWith(true), prometheus = {} }: Asking = {},
): Cloud => {
  const usage = { kind: 'prometheus' as const, endpoint: url, labels: { cluster: 'prod-1' } };
  const reads = kubernetesReads({
    ...HOME,
    connection: new FakeAws().connection,
    agents,
    clusters: [cluster('prod', { usage })],
    prometheus: { isForbidden: () => false, ...prometheus },
  });
  const cloud = reads.cloud(calls, { incidentId: 'inc-1', accountRegion: HOME });
  return { ...HOME, send: async (request) => (request.service === USAGE ? cloud.send(request) : WORKLOAD) };
};

/** Runs a tool at the moment at which the samples end. */
export const run = (
  server: PrometheusServer,
  { tool, manifest }: { readonly tool: ObserveTool; readonly manifest: ObserveManifest },
  input: JsonObject,
  asking: Asking = {},
): Promise<string> => {
  const clock: Clock = {
    now: () => server.end,
    sleep: async () => undefined,
    within: async (_milliseconds, work) => ({ value: await work }),
  };
  const context = { cloud: cloudOf(server, manifest.reads, asking), clock, subject: subjectFor() };
  return tool.run({ cluster: 'prod', namespace: 'shop', ...input }, context);
};
