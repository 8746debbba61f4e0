import * as z from 'zod';
import type { Agent } from '../../../contracts/agent.ts';
import { KUBERNETES, type Cluster, type ClusterGrant } from '../../../contracts/clusters.ts';
import type { Rules } from '../../../contracts/rules.ts';
import { providerOf, type Manifest } from '../../../contracts/tool.ts';
import { didYouMean } from './did-you-mean.ts';

/** Whether an agent has anything to do here: one for clusters takes nothing in a deployment that has none of them. */
const hasItsCluster = ({ kubernetes }: Agent, clusters: readonly Pick<Cluster, 'name'>[]): boolean =>
  kubernetes === undefined || kubernetes.clusters.some((name) => clusters.some((cluster) => cluster.name === name));

/** The agents that have anything to do in this deployment: only they take events, and have rules. */
export const takingAgents = ({ agents, settings }: Pick<Rules, 'agents' | 'settings'>): Agent[] =>
  agents.filter((agent) => hasItsCluster(agent, settings.clusters));

/** What is wrong between agents, their tools on Kubernetes, and the clusters of the settings. */
export const clusterGrantProblems = (
  agents: readonly Agent[],
  manifests: readonly Manifest[],
  clusters: readonly Pick<Cluster, 'name'>[],
): string[] => {
  const ours = manifests.filter((one) => providerOf(one) === KUBERNETES);
  return [...ours.flatMap(inputProblems), ...agents.flatMap((agent) => grantProblems(agent, ours, clusters))];
};

/** The kernel checks these two fields, so a tool must have them. */
const inputProblems = ({ name, input }: Manifest): string[] => {
  const fields: Readonly<Record<string, unknown>> = input instanceof z.ZodObject ? input.shape : {};
  return ['cluster', 'namespace']
    .filter((field) => !(fields[field] instanceof z.ZodString))
    .map(
      (field) =>
        `tool ${name}: its input has no field ${field} with a text, by which the kernel checks what an agent is granted`,
    );
};

const grantProblems = (
  { name, kubernetes, tools }: Agent,
  ours: readonly Manifest[],
  clusters: readonly Pick<Cluster, 'name'>[],
): string[] => {
  const where = `config/agents: agent ${name}: kubernetes`;
  const granted = ours.filter((one) => [...tools.observe, ...tools.change].includes(one.name)).map((one) => one.name);
  if (kubernetes === undefined)
    return granted.length === 0
      ? []
      : [
          `${where}: missing: ${granted.join(' and ')} may use only what is listed here; expected e.g. { clusters: [prod], namespaces: [shop] }`,
        ];
  if (granted.length === 0)
    return [`${where}: no tool of this agent is on Kubernetes; remove the field, or grant such a tool`];
  const names = clusters.map((cluster) => cluster.name);
  const theirs = ours.filter((one) => granted.includes(one.name));
  const ofTools = [
    ...promqlProblems(kubernetes, theirs, where),
    ...configMapProblems(kubernetes, theirs, where),
    ...nodesProblems(kubernetes, theirs, where),
  ];
  // Shipped agents name a cluster of which a deployment without clusters knows nothing: there, they take nothing (`hasItsCluster`).
  if (names.length === 0) return ofTools;
  const unknown = kubernetes.clusters
    .filter((cluster) => !names.includes(cluster))
    .map(
      (cluster) =>
        `${where}.clusters: there is no cluster ${JSON.stringify(cluster)} in the settings (\`clusters\`)${didYouMean(cluster, names)}`,
    );
  return [...ofTools, ...unknown];
};

/** PromQL is granted together with a tool that takes it, or not at all. */
const promqlProblems = ({ promql }: ClusterGrant, granted: readonly Manifest[], where: string): string[] => {
  const takers = granted.filter((one) => one.kind === 'observe' && one.promqlField !== undefined);
  if (promql === true && takers.length === 0)
    return [`${where}.promql: no tool of this agent takes PromQL; remove the field, or grant query_prometheus`];
  return promql === true || takers.length === 0
    ? []
    : [
        `${where}.promql: missing: ${takers.map(({ name }) => name).join(' and ')} sends PromQL of the model, which reads every namespace; expected promql: true`,
      ];
};

/** Keys of ConfigMaps are granted together with a tool that sets them, or not at all. */
const configMapProblems = ({ configMapKeys }: ClusterGrant, granted: readonly Manifest[], where: string): string[] => {
  const setters = granted.filter((one) => one.kind === 'change' && one.configMapKeyFields !== undefined);
  if (configMapKeys !== undefined && setters.length === 0)
    return [
      `${where}.configMapKeys: no tool of this agent sets a key of a ConfigMap; remove the field, or grant patch_config_map_key`,
    ];
  return configMapKeys !== undefined || setters.length === 0
    ? []
    : [
        `${where}.configMapKeys: missing: ${setters.map(({ name }) => name).join(' and ')} may set only keys that are listed here; expected e.g. [{ name: checkout-flags, keys: [new_basket], shown: true }]`,
      ];
};

/** Nodes are granted together with a tool on them, or not at all. */
const nodesProblems = ({ nodes }: ClusterGrant, granted: readonly Manifest[], where: string): string[] => {
  const tools = granted.filter((one) => one.kind === 'change' && one.onNodes === true);
  if (nodes === true && tools.length === 0)
    return [`${where}.nodes: no tool of this agent changes nodes; remove the field, or grant set_node_schedulable`];
  return nodes === true || tools.length === 0
    ? []
    : [
        `${where}.nodes: missing: ${tools.map(({ name }) => name).join(' and ')} changes nodes, which have pods of every namespace on them; expected nodes: true`,
      ];
};
