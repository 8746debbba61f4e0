import * as z from 'zod';
import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import { COMPARED } from '../cluster.ts';
import type { Side } from './sides.ts';

const Pods = z.object({ items: z.array(z.object({ metadata: z.object({ name: z.string() }) })) });

/** The first Pod of a workload. */
const podOf = async (simulator: Side, app: string): Promise<string> => {
  const input = { namespace: COMPARED, query: { labelSelector: `app=${app}` } };
  const { items } = Pods.parse(await simulator.admin.send({ service: 'v1', command: 'list pods', input }));
  return items[0]?.metadata.name ?? 'none';
};

const of = (kind: string, name: string): JsonObject => ({ kind, name });
const WORKLOADS = [
  ...['cart', 'leaky', 'stuck', 'followed', 'doubled', 'missing'].map((name) => of('deployments', name)),
  of('statefulsets', 'ledger'),
  of('daemonsets', 'agent'),
];

/** What each tool that reads is asked. */
export const READS: readonly (readonly [tool: string, inputs: readonly JsonObject[]])[] = [
  ['list_pods', [{}, { workload: 'leaky', count: 1 }, { workload: 'ledger' }, { workload: 'missing' }]],
  ['get_workload', WORKLOADS],
  ['list_kubernetes_events', [{}, { object: 'stuck', warningsOnly: true }]],
  ['recent_cluster_changes', [{}, { workload: 'cart', hours: 720 }]],
  ['get_pod_usage', [{}, { workload: 'leaky' }]],
  ['rank_overrequested', [{}]],
  ['query_usage', [{ ...of('deployments', 'cart'), metric: 'memory' }]],
  [
    'get_pod_logs',
    [
      { pod: 'ledger-0' },
      { pod: 'ledger-0', previous: true },
      { pod: 'ledger-0', container: 'nobody' },
      { pod: 'nobody' },
      { pod: 'ledger-1', sinceMinutes: 5, around: 'OutOfMemory', lines: 20 },
    ],
  ],
];

interface ComparedChangeInput {
  readonly tool: string;
  readonly what: string;
  readonly input: (simulator: Side) => Promise<JsonObject>;
  /** Default: it is undone, too. */
  readonly undo?: false;
}

const given = (tool: string, what: string, input: JsonObject, undo?: false): ComparedChangeInput => ({
  tool,
  what,
  input: async () => input,
  ...(undo !== undefined && { undo }),
});

const evicts = (what: string, app: string): ComparedChangeInput => ({
  tool: 'restart_pod',
  what,
  input: async (simulator) => ({ name: await podOf(simulator, app) }),
  undo: false,
});

const amounts = { container: 'web', requests: { cpu: '0.3', memory: '300Mi' }, limits: { memory: '768Mi' } };

/** What each tool that changes is asked. */
export const CHANGES: readonly ComparedChangeInput[] = [
  given('scale_workload', 'more Pods of a Deployment of Helm', { ...of('deployments', 'cart'), replicas: 5 }),
  given('scale_workload', 'fewer Pods of a StatefulSet', { ...of('statefulsets', 'ledger'), replicas: 1 }),
  given('scale_workload', 'refused under an autoscaler', { ...of('deployments', 'followed'), replicas: 4 }),
  given('set_resources', 'a Deployment', { ...of('deployments', 'cart'), ...amounts }),
  given('set_resources', 'a Deployment whose Pods are killed for their memory', {
    ...of('deployments', 'leaky'),
    ...amounts,
    requests: { cpu: '250m', memory: '1Gi' },
    limits: { memory: '1Gi' },
  }),
  given('set_resources', 'a StatefulSet', { ...of('statefulsets', 'ledger'), ...amounts }),
  given('set_resources', 'a DaemonSet', { ...of('daemonsets', 'agent'), ...amounts }),
  given('restart_rollout', 'a Deployment', of('deployments', 'cart'), false),
  given('restart_rollout', 'a StatefulSet', of('statefulsets', 'ledger'), false),
  given('restart_rollout', 'a DaemonSet', of('daemonsets', 'agent'), false),
  given('undo_rollout', 'a Deployment that is stuck', { ...of('deployments', 'stuck'), revision: 1 }, false),
  given('undo_rollout', 'a Deployment', { ...of('deployments', 'cart'), revision: 1 }),
  given('undo_rollout', 'a StatefulSet', { ...of('statefulsets', 'ledger'), revision: 1 }),
  given('undo_rollout', 'a DaemonSet', { ...of('daemonsets', 'agent'), revision: 1 }),
  given('set_hpa_bounds', 'more Pods at once', { name: 'followed', minReplicas: 3, maxReplicas: 8 }),
  given('set_hpa_bounds', 'refused where the minimum would be 0', { name: 'followed', minReplicas: 0 }),
  given('set_hpa_bounds', 'refused where the minimum is above the maximum', { name: 'followed', minReplicas: 9 }),
  given('set_hpa_bounds', 'refused where KEDA makes it', { name: 'keda-hpa-stuck', maxReplicas: 9 }),
  given('set_hpa_bounds', 'refused where there is no such autoscaler', { name: 'nobody', maxReplicas: 9 }),
  given('patch_config_map_key', 'a key that Pods read', { name: 'flags', key: 'new_basket', value: 'off' }),
  given('patch_config_map_key', 'refused on a key that is not there', { name: 'flags', key: 'nothing', value: 'off' }),
  given('patch_config_map_key', 'refused by RBAC', { name: 'others', key: 'new_basket', value: 'off' }),
  given('patch_config_map_key', 'a key that is not granted', { name: 'flags', key: 'colour', value: 'red' }),
  given('set_cron_suspended', 'a CronJob of Helm', { name: 'nightly', suspended: true }),
  given('set_cron_suspended', 'refused where it is not suspended', { name: 'nightly', suspended: false }),
  given('set_node_schedulable', 'a node with Pods of the namespace', { node: 'compared-1', schedulable: false }),
  given('set_node_schedulable', 'a node that nobody manages', { node: 'compared-2', schedulable: false }),
  given('set_node_schedulable', 'refused where there is no such node', { node: 'nobody', schedulable: false }),
  evicts('a Pod under a budget with room', 'cart'),
  evicts('a Pod under a budget without room', 'leaky'),
  evicts('a Pod under two budgets', 'doubled'),
  evicts('a Pod of a DaemonSet', 'agent'),
];
