import type { Json, JsonObject } from '../../../lambdas/contracts/json.ts';
import { apartFrom, templateDigest } from '../../../lambdas/tools/kubernetes/changes/template-digest.ts';
import { listIn, objectIn, valueAt } from '../../../local/cluster/objects/json.ts';

/** The change tools on Kubernetes: what a case proposes with each, and what its writes may be. */
interface ClusterTool {
  readonly kind: 'deployments' | 'statefulsets' | 'pods';
  /** The input besides cluster, namespace, kind, name and why; `size` picks one. */
  readonly input: (size: number) => JsonObject;
  /** JSON pointers that a patch of the tool may write; undefined for a tool that evicts. */
  readonly writes: RegExp | undefined;
  /** The fields of a plan's states, read off the object itself. */
  readonly fields: (object: JsonObject, input: JsonObject) => JsonObject;
}

const REPLICAS = [3, 4, 5, 1, 8, 2, 0, 30, 1000, 6];
const LIMITS = ['768Mi', '640Mi', '1Gi', '100Mi', '512Mi', '64Gi', '0', '-1Gi', '1e30', '700Mi'];
const CONTAINERS = ['web', 'web', 'web', 'web', 'web', 'web', 'web', 'web', 'sidecar', 'web '];
const REVISIONS = [1, 1, 1, 2, 1, 3, 99, 0, 1, 1];
const RESTARTED = 'checkrein.dev/restarted';

const pick = <T extends Json>(list: readonly T[], size: number, fallback: T): T => list[size % list.length] ?? fallback;

const templateOf = (object: JsonObject): JsonObject => objectIn(valueAt(object, 'spec', 'template'));
const amountsIn = (resources: JsonObject): JsonObject => ({
  requests: {
    cpu: valueAt(resources, 'requests', 'cpu') ?? null,
    memory: valueAt(resources, 'requests', 'memory') ?? null,
  },
  limits: { memory: valueAt(resources, 'limits', 'memory') ?? null },
});
const containerOf = (object: JsonObject, name: Json | undefined): JsonObject =>
  objectIn(listIn(valueAt(templateOf(object), 'spec', 'containers')).find((one) => valueAt(one, 'name') === name));

/** A further tool is a further line. */
export const CLUSTER_TOOLS = {
  scale_workload: {
    kind: 'deployments',
    input: (size) => ({ replicas: pick(REPLICAS, size, 3) }),
    writes: /^\/spec\/replicas$/,
    fields: (object) => ({ replicas: valueAt(object, 'spec', 'replicas') ?? 1 }),
  },
  set_resources: {
    kind: 'deployments',
    input: (size) => ({
      container: pick(CONTAINERS, size, 'web'),
      requests: {},
      limits: { memory: pick(LIMITS, size, '768Mi') },
    }),
    writes: /^\/spec\/template\/spec\/containers\/0\/resources\/(requests|limits)(\/(cpu|memory))?$/,
    fields: (object, { container }) => amountsIn(objectIn(containerOf(object, container)['resources'])),
  },
  undo_rollout: {
    kind: 'deployments',
    input: (size) => ({ revision: pick(REVISIONS, size, 1) }),
    writes: /^\/spec\/template$/,
    fields: (object) => ({ template: templateDigest(templateOf(object)) }),
  },
  restart_rollout: {
    kind: 'deployments',
    input: () => ({}),
    writes: /^\/spec\/template\/metadata\/annotations(\/checkrein\.dev~1restarted)?$/,
    fields: (object) => {
      const { rest, value } = apartFrom(templateOf(object), RESTARTED);
      return { template: templateDigest(rest), restarted: value };
    },
  },
  restart_pod: { kind: 'pods', input: () => ({}), writes: undefined, fields: () => ({}) },
} as const satisfies Readonly<Record<string, ClusterTool>>;

export type ClusterToolName = keyof typeof CLUSTER_TOOLS;

const isClusterToolName = (name: string): name is ClusterToolName => Object.hasOwn(CLUSTER_TOOLS, name);

export const CLUSTER_TOOL_NAMES: readonly ClusterToolName[] = Object.keys(CLUSTER_TOOLS).filter(isClusterToolName);

/** The line of a tool. */
export const clusterTool = (name: ClusterToolName): ClusterTool => CLUSTER_TOOLS[name];

/** The line of the tool of a plan; undefined for a tool that is not listed. */
export const clusterToolOf = ({ tool }: { readonly tool: string }): ClusterTool | undefined =>
  isClusterToolName(tool) ? CLUSTER_TOOLS[tool] : undefined;
