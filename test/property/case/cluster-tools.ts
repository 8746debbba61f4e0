import type { Json, JsonObject } from '../../../lambdas/contracts/json.ts';
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

const REPLICAS = [6, 5, 8, 3, 12, 4, 1, 0, 1000, 7];

const pick = <T extends Json>(list: readonly T[], size: number, fallback: T): T => list[size % list.length] ?? fallback;

/** A further tool is a further line. */
export const CLUSTER_TOOLS = {
  scale_workload: {
    kind: 'deployments',
    input: (size) => ({ replicas: pick(REPLICAS, size, 6) }),
    writes: /^\/spec\/replicas$/,
    fields: (object) => ({ replicas: valueAt(object, 'spec', 'replicas') ?? 1 }),
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

/** The container of a workload's template with a name. */
export const containerOf = (object: JsonObject, name: Json | undefined): JsonObject =>
  objectIn(
    listIn(valueAt(object, 'spec', 'template', 'spec', 'containers')).find((one) => valueAt(one, 'name') === name),
  );
