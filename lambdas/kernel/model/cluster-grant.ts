import * as z from 'zod';
import type { Agent } from '../../contracts/agent.ts';
import { isOfCluster, KUBERNETES } from '../../contracts/clusters.ts';
import type { Json } from '../../contracts/json.ts';
import { providerOf, type Manifest } from '../../contracts/tool.ts';

const Named = z.looseObject({ cluster: z.string(), namespace: z.string() });

type Granted = Pick<Agent, 'name' | 'kubernetes'>;

/**
 * Why an agent may not use a tool on Kubernetes with this input, in a sentence; undefined if it may, and for any other tool. Each
 * such tool has the fields `cluster` and `namespace`. Names are compared letter by letter.
 */
export const clusterRefusal = (agent: Granted, manifest: Manifest, input: Json): string | undefined => {
  if (providerOf(manifest) !== KUBERNETES) return undefined;
  const named = Named.safeParse(input);
  if (!named.success) return `${manifest.name} names no cluster and no namespace, so ${agent.name} may not use it.`;
  return (
    refusalOf(agent, named.data.cluster, named.data.namespace) ??
    promqlRefusal(agent, manifest, named.data) ??
    configMapRefusal(agent, manifest, named.data) ??
    nodesRefusal(agent, manifest)
  );
};

/** PromQL of the model's own reads every namespace, so it has a grant of its own. */
const promqlRefusal = (
  { name, kubernetes }: Granted,
  manifest: Manifest,
  input: Readonly<Record<string, unknown>>,
): string | undefined => {
  if (manifest.kind !== 'observe' || manifest.promqlField === undefined || kubernetes?.promql === true)
    return undefined;
  return input[manifest.promqlField] === undefined
    ? undefined
    : `${name} may not send PromQL of its own: it reads every namespace, and kubernetes.promql in its file does not grant that. Use query_usage.`;
};

/** Nodes have pods of every namespace on them, so they have a grant of their own. */
const nodesRefusal = ({ name, kubernetes }: Granted, manifest: Manifest): string | undefined =>
  manifest.kind === 'change' && manifest.onNodes === true && kubernetes?.nodes !== true
    ? `${name} may not change nodes: they have pods of every namespace on them, and kubernetes.nodes in its file does not grant that.`
    : undefined;

/** A ConfigMap may hold anything, so each key has a grant of its own. Names are compared letter by letter. */
const configMapRefusal = (
  { name, kubernetes }: Granted,
  manifest: Manifest,
  input: z.output<typeof Named>,
): string | undefined => {
  if (manifest.kind !== 'change' || manifest.configMapKeyFields === undefined) return undefined;
  const { name: nameField, key: keyField } = manifest.configMapKeyFields;
  const { [nameField]: map, [keyField]: key } = input;
  if (typeof map === 'string' && isOfCluster(input.namespace, map))
    return `Nobody may set a key of ${input.namespace}/${map}: it decides about the cluster itself.`;
  const granted = kubernetes?.configMapKeys ?? [];
  return granted.some((one) => one.name === map && one.keys.some((named) => named === key))
    ? undefined
    : `${name} may not set the key ${String(key)} of the ConfigMap ${String(map)}. Its keys: ${keysText(kubernetes)}.`;
};

const keysText = (kubernetes: Granted['kubernetes']): string =>
  (kubernetes?.configMapKeys ?? []).map(({ name, keys }) => `${name}: ${keys.join(', ')}`).join('; ') || 'none';

/** What the model is told about a tool on Kubernetes, so that it does not have to guess. */
export const clusterHint = ({ kubernetes }: Granted, manifest: Manifest): string => {
  const where = `Clusters of this agent: ${listed(kubernetes?.clusters)}; namespaces: ${listed(kubernetes?.namespaces)}.`;
  return manifest.kind === 'change' && manifest.configMapKeyFields !== undefined
    ? `${where} Keys of ConfigMaps: ${keysText(kubernetes)}.`
    : where;
};

const refusalOf = ({ name, kubernetes }: Granted, cluster: string, namespace: string): string | undefined => {
  if (kubernetes?.clusters.includes(cluster) !== true)
    return `${name} may not use the cluster ${cluster}. Its clusters: ${listed(kubernetes?.clusters)}.`;
  return kubernetes.namespaces.includes(namespace)
    ? undefined
    : `${name} may not use the namespace ${namespace} of ${cluster}. Its namespaces: ${listed(kubernetes.namespaces)}.`;
};

const listed = (names: readonly string[] | undefined): string => names?.join(', ') ?? 'none';
