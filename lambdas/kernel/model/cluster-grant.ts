import * as z from 'zod';
import type { Agent } from '../../contracts/agent.ts';
import { KUBERNETES } from '../../contracts/clusters.ts';
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
  return refusalOf(agent, named.data.cluster, named.data.namespace) ?? promqlRefusal(agent, manifest, named.data);
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

/** What the model is told about a tool on Kubernetes, so that it does not have to guess. */
export const clusterHint = ({ kubernetes }: Granted): string =>
  `Clusters of this agent: ${listed(kubernetes?.clusters)}; namespaces: ${listed(kubernetes?.namespaces)}.`;

const refusalOf = ({ name, kubernetes }: Granted, cluster: string, namespace: string): string | undefined => {
  if (kubernetes?.clusters.includes(cluster) !== true)
    return `${name} may not use the cluster ${cluster}. Its clusters: ${listed(kubernetes?.clusters)}.`;
  return kubernetes.namespaces.includes(namespace)
    ? undefined
    : `${name} may not use the namespace ${namespace} of ${cluster}. Its namespaces: ${listed(kubernetes.namespaces)}.`;
};

const listed = (names: readonly string[] | undefined): string => names?.join(', ') ?? 'none';
