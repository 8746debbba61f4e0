import type { Json, JsonObject } from '../../../lambdas/contracts/json.ts';
import { apartFrom, templateDigest } from '../../../lambdas/tools/kubernetes/changes/template-digest.ts';
import { listIn, objectIn, valueAt } from '../../../local/cluster/objects/json.ts';

/** Kinds of objects that are changed. */
export type TargetKind =
  | 'deployments'
  | 'statefulsets'
  | 'pods'
  | 'configmaps'
  | 'cronjobs'
  | 'horizontalpodautoscalers'
  | 'nodes'
  | 'persistentvolumeclaims';

/** The change tools on Kubernetes: what a case proposes with each, and what its writes may be. */
interface ClusterTool {
  readonly kind: TargetKind;
  /** The field of the input with the name of the target. Default: `name`. */
  readonly nameField?: string;
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
/** Of the autoscaler: from 2 to 6. */
const BOUNDS: readonly JsonObject[] = [
  { minReplicas: 3, maxReplicas: 8 },
  { maxReplicas: 9 },
  { minReplicas: 4 },
  { minReplicas: 1 },
  { minReplicas: 2, maxReplicas: 6 },
  { minReplicas: 7 },
  { minReplicas: 0 },
  { maxReplicas: 1000 },
  { minReplicas: 1, maxReplicas: 1 },
  {},
];
/** The first is granted; the second is a key of the same ConfigMap that nobody is granted. */
export const CONFIG_KEYS = ['new_basket', 'password'] as const;
const KEYS = [...Array.from({ length: 7 }, () => CONFIG_KEYS[0]), CONFIG_KEYS[1], 'nothing', '../new_basket'];
const VALUES = ['off', '50', '', 'on', `AKIA${'Q7'.repeat(8)}`, 'y'.repeat(1999), 'a\nb: "c"', 'off', 'on', 'off'];
/** The claim has 10 GiB, and policy lets it double at once. */
const SIZES = ['20Gi', '15Gi', '12288Mi', '10Gi', '5Gi', '16Gi', '21Gi', '9999999Ti', '0Gi', '-1Gi'];
/** The CronJob is not suspended, and the node takes pods. */
const MOSTLY_TRUE = [true, true, true, false, true, true, false, true, true, true];

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
  patch_config_map_key: {
    kind: 'configmaps',
    input: (size) => ({ key: pick(KEYS, size, CONFIG_KEYS[0]), value: pick(VALUES, size, 'off') }),
    // Whatever the plan says: nobody is granted another key.
    writes: new RegExp(`^/data/${CONFIG_KEYS[0]}$`),
    fields: (object, { key }) => ({ value: typeof key === 'string' ? (valueAt(object, 'data', key) ?? null) : null }),
  },
  set_cron_suspended: {
    kind: 'cronjobs',
    input: (size) => ({ suspended: pick(MOSTLY_TRUE, size, true) }),
    writes: /^\/spec\/suspend$/,
    fields: (object) => ({ suspended: valueAt(object, 'spec', 'suspend') ?? false }),
  },
  set_hpa_bounds: {
    kind: 'horizontalpodautoscalers',
    input: (size) => pick(BOUNDS, size, { minReplicas: 3 }),
    writes: /^\/spec\/(min|max)Replicas$/,
    fields: (object) => ({
      minReplicas: valueAt(object, 'spec', 'minReplicas') ?? 1,
      maxReplicas: valueAt(object, 'spec', 'maxReplicas') ?? null,
    }),
  },
  set_node_schedulable: {
    kind: 'nodes',
    nameField: 'node',
    input: (size) => ({ schedulable: !pick(MOSTLY_TRUE, size, true) }),
    writes: /^\/spec\/unschedulable$/,
    fields: (object) => ({ schedulable: valueAt(object, 'spec', 'unschedulable') !== true }),
  },
  set_volume_claim_size: {
    kind: 'persistentvolumeclaims',
    input: (size) => ({ size: pick(SIZES, size, '20Gi') }),
    writes: /^\/spec\/resources\/requests\/storage$/,
    fields: (object) => ({ size: valueAt(object, 'spec', 'resources', 'requests', 'storage') ?? null }),
  },
} as const satisfies Readonly<Record<string, ClusterTool>>;

export type ClusterToolName = keyof typeof CLUSTER_TOOLS;

const isClusterToolName = (name: string): name is ClusterToolName => Object.hasOwn(CLUSTER_TOOLS, name);

export const CLUSTER_TOOL_NAMES: readonly ClusterToolName[] = Object.keys(CLUSTER_TOOLS).filter(isClusterToolName);

/** The line of a tool. */
export const clusterTool = (name: ClusterToolName): ClusterTool => CLUSTER_TOOLS[name];

/** The line of the tool of a plan; undefined for a tool that is not listed. */
export const clusterToolOf = ({ tool }: { readonly tool: string }): ClusterTool | undefined =>
  isClusterToolName(tool) ? CLUSTER_TOOLS[tool] : undefined;
