import type { Agent } from '../../contracts/agent.ts';
import { grantedConfigMaps, grantedNamespaces, grantsNodes, type Cluster } from '../../contracts/clusters.ts';
import { contractBroken, ToolRefusal } from '../../contracts/errors.ts';
import type { AccountRegion, CloudRequest } from '../../contracts/ports.ts';
import type { ProviderCall } from '../../contracts/tool.ts';
import { clusterRequest, requestName, type ClusterRequest } from './call.ts';
import { isClusterScoped, isReadByName } from './ref.ts';

/** Clusters of the settings, and what agents are granted of them. */
export interface Clusters {
  readonly clusters: readonly Cluster[];
  readonly agents: readonly Pick<Agent, 'kubernetes'>[];
}

/** A request that may be sent, and the cluster that it goes to. */
export interface Admitted {
  readonly cluster: Cluster;
  readonly request: ClusterRequest;
}

/** Admits a request: a call of the manifest, to a cluster where the incident is, in a namespace that some agent is granted. */
export const admitted = (
  calls: readonly ProviderCall[],
  sent: CloudRequest,
  { clusters, agents }: Clusters,
  at: AccountRegion,
  home: AccountRegion,
): Admitted => {
  checkListed(calls, sent);
  const request = clusterRequest(sent);
  const cluster = clusterAt(clusters, request.cluster, at, home);
  if (isClusterScoped(request.call.resource)) {
    checkClusterScoped(cluster.name, request, agents);
    return { cluster, request };
  }
  // Without a namespace a request is about all of them, or about the cluster itself: nobody is granted that.
  const namespace = request.call.resource === 'namespaces' ? request.name : request.namespace;
  checkGranted(cluster.name, namespace, agents);
  if (request.call.resource === 'configmaps') checkConfigMap(cluster.name, request, agents);
  return { cluster, request };
};

/** Refuses a call that the manifest does not list. */
export const checkListed = (calls: readonly ProviderCall[], { service, command }: CloudRequest): void => {
  if (calls.some((call) => call.service === service && call.command === command)) return;
  const listed = calls.map((one) => `${one.service}: ${one.command}`).join(', ') || 'none';
  throw contractBroken(`A tool called ${service}: ${command}, which its manifest does not list (listed: ${listed}).`);
};

/** Refuses a namespace that no agent is granted. Undefined is all of them. */
const checkGranted = (cluster: string, namespace: string | undefined, agents: Clusters['agents']): void => {
  const granted = grantedNamespaces(cluster, agents);
  if (namespace !== undefined && granted.includes(namespace)) return;
  throw new ToolRefusal(
    `No agent is granted ${namespace === undefined ? 'all namespaces' : `the namespace ${namespace}`} of the cluster ${cluster}; granted: ${granted.join(', ') || 'none'}.`,
  );
};

/** Refuses what is in no namespace where no agent is granted it: nodes by a grant of their own, the rest one by its name. */
const checkClusterScoped = (cluster: string, request: ClusterRequest, agents: Clusters['agents']): void => {
  if (request.namespace !== undefined)
    throw contractBroken(`${requestName(request)} names a namespace, but ${request.call.resource} are in none.`);
  if (isReadByName(request.call.resource)) {
    checkReadByName(cluster, request, agents);
    return;
  }
  if (grantsNodes(cluster, agents)) return;
  throw new ToolRefusal(
    `No agent is granted the nodes of the cluster ${cluster}: ${requestName(request)} was not sent.`,
  );
};

/** Refuses more than one read of one object, and all of it where no agent is granted a namespace of the cluster. */
const checkReadByName = (cluster: string, request: ClusterRequest, agents: Clusters['agents']): void => {
  if (request.call.verb !== 'get' || request.call.subresource !== undefined)
    throw contractBroken(`${requestName(request)}: ${request.call.resource} are only read, one by its name.`);
  if (grantedNamespaces(cluster, agents).length > 0) return;
  throw new ToolRefusal(
    `No agent is granted a namespace of the cluster ${cluster}: ${requestName(request)} was not sent.`,
  );
};

/** Refuses a ConfigMap of which no agent is granted a key, and a list of them. */
const checkConfigMap = (cluster: string, { namespace = '', name = '' }: ClusterRequest, agents: Clusters['agents']) => {
  const granted = grantedConfigMaps(cluster, namespace, agents);
  if (granted.includes(name)) return;
  throw new ToolRefusal(
    `No agent is granted a key of the ConfigMap ${JSON.stringify(name)} of ${namespace} in the cluster ${cluster}; granted: ${granted.join(', ') || 'none'}.`,
  );
};

/** The cluster that a question is about, where the incident is, with a namespace that some agent is granted. */
export const grantedCluster = (
  { clusters, agents }: Clusters,
  asked: { readonly cluster?: string | undefined; readonly namespace: string },
  at: AccountRegion,
  home: AccountRegion,
): Cluster => {
  const cluster = clusterAt(clusters, asked.cluster, at, home);
  checkGranted(cluster.name, asked.namespace, agents);
  return cluster;
};

/** The cluster of this name, or the only one, in an account. */
const clusterAt = (
  clusters: readonly Cluster[],
  name: string | undefined,
  at: AccountRegion,
  home: AccountRegion,
): Cluster =>
  clusterIn(
    clusters.filter(({ account = home.account }) => account === at.account),
    name,
    at,
  );

/** The cluster of this name, or the only one, among those of an account. */
const clusterIn = (there: readonly Cluster[], name: string | undefined, at: AccountRegion): Cluster => {
  const names = there.map((one) => one.name).join(', ') || 'none';
  const [first, ...others] = name === undefined ? there : there.filter((one) => one.name === name);
  if (first !== undefined && others.length === 0) return first;
  throw new ToolRefusal(
    name === undefined
      ? `The request names no cluster; clusters in account ${at.account}: ${names}.`
      : `There is no cluster ${name} in account ${at.account}, where the incident is. Clusters there in the settings (\`clusters\`): ${names}.`,
  );
};
