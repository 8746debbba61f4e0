import type { Agent } from '../../contracts/agent.ts';
import {
  CLUSTER_GROUPS,
  grantedConfigMaps,
  grantedNamespaces,
  grantsNodes,
  KUBERNETES,
  type Cluster,
} from '../../contracts/clusters.ts';
import { InputError } from '../../contracts/errors.ts';
import { NODE_PRICE_READ, USAGE } from '../../contracts/usage.ts';
import { providerOf, type ChangeManifest, type Manifest, type ProviderCall } from '../../contracts/tool.ts';
import type { AdmissionScope } from './admission/policy.ts';
import { callOf, isRead, type RbacCall } from './call.ts';
import { isClusterScoped, isReadByName } from './ref.ts';

/** A rule of a Role. */
interface RbacRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  /** Only the objects of these names; all of them if left out. */
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** What one of our groups may do in one namespace, or with what is in none. */
export interface NamespaceRights {
  /** Undefined for what is in no namespace. */
  readonly namespace: string | undefined;
  readonly role: keyof typeof CLUSTER_GROUPS;
  readonly rules: readonly RbacRule[];
}

/** What a manifest of a cluster tool may never list: it would reach into containers, other identities, or many objects at once. */
const NEVER: readonly ((call: RbacCall) => boolean)[] = [
  ({ verb, resource, subresource }) => verb === 'delete' && resource === 'pods' && subresource === undefined,
  ({ subresource }) =>
    ['exec', 'attach', 'portforward', 'proxy', 'ephemeralcontainers', 'token'].includes(subresource ?? ''),
  ({ resource }) => resource === 'secrets',
  ({ group }) => ['rbac.authorization.k8s.io', 'admissionregistration.k8s.io', 'certificates.k8s.io'].includes(group),
];

/** The tools on Kubernetes that some agent is granted in one namespace. */
export interface NamespaceTools {
  readonly namespace: string;
  readonly tools: readonly Manifest[];
  /** The ConfigMaps there of which some agent is granted a key. */
  readonly configMaps?: readonly string[];
}

/** The namespaces of one cluster where some agent has a tool on Kubernetes, and these tools. */
export const namespaceTools = (
  cluster: string,
  agents: readonly Agent[],
  manifests: readonly Manifest[],
): readonly NamespaceTools[] =>
  grantedNamespaces(cluster, agents).flatMap((namespace) => {
    const there = agents.filter(
      ({ kubernetes }) => kubernetes?.clusters.includes(cluster) === true && kubernetes.namespaces.includes(namespace),
    );
    const tools = clusterTools(there, manifests);
    const configMaps = grantedConfigMaps(cluster, namespace, there);
    return tools.length === 0 ? [] : [{ namespace, tools, configMaps }];
  });

/** The rights on one cluster that the agents need for their tools: nothing in a namespace where none is granted. */
export const namespaceRights = (
  cluster: string,
  agents: readonly Agent[],
  manifests: readonly Manifest[],
): readonly NamespaceRights[] => {
  const inNamespaces = namespaceTools(cluster, agents, manifests).flatMap(({ namespace, tools, configMaps }) =>
    rightsFor(namespace, tools, (call) => !isClusterScoped(call.resource), configMaps),
  );
  const there = agents.filter(({ kubernetes }) => kubernetes?.clusters.includes(cluster) === true);
  const onNodes = grantsNodes(cluster, there);
  const inNone = ({ resource }: RbacCall): boolean => isReadByName(resource) || (isClusterScoped(resource) && onNodes);
  return [...inNamespaces, ...rightsFor(undefined, clusterTools(there, manifests), inNone)];
};

/** The rights of both groups for some of the calls of tools. */
const rightsFor = (
  namespace: string | undefined,
  tools: readonly Manifest[],
  isAbout: (call: RbacCall) => boolean,
  configMaps?: readonly string[],
): readonly NamespaceRights[] => {
  const rights: NamespaceRights[] = [
    { namespace, role: 'read', rules: rulesOf(tools.flatMap(readsOf).filter(isAbout), configMaps) },
    { namespace, role: 'change', rules: rulesOf(changeTools(tools).flatMap(changesOf).filter(isAbout), configMaps) },
  ];
  return rights.filter(({ rules }) => rules.length > 0);
};

/** What the admission policy of a cluster admits: the granted changes, in the namespaces where some agent may make them. */
export const changeScope = (
  cluster: string,
  agents: readonly Agent[],
  manifests: readonly Manifest[],
): Omit<AdmissionScope, 'usernamePrefixes'> => {
  const there = agents.filter(({ kubernetes }) => kubernetes?.clusters.includes(cluster) === true);
  return {
    group: CLUSTER_GROUPS.change,
    namespaces: namespaceRights(cluster, agents, manifests).flatMap(({ namespace, role }) =>
      role === 'change' && namespace !== undefined ? [namespace] : [],
    ),
    tools: changeTools(clusterTools(there, manifests))
      .filter(({ onNodes }) => onNodes !== true || grantsNodes(cluster, there))
      .map((tool) => withGrantedKeys(tool, there)),
  };
};

/** A tool that sets keys of ConfigMaps, with the granted keys as the fields that it may change; any other as it is. */
const withGrantedKeys = (tool: ChangeManifest, agents: readonly Agent[]): ChangeManifest => {
  if (tool.configMapKeyFields === undefined || !('targetRef' in tool)) return tool;
  const keys = agents.flatMap(({ kubernetes, tools }) =>
    tools.change.includes(tool.name) ? (kubernetes?.configMapKeys ?? []).flatMap((one) => one.keys) : [],
  );
  const fields = [...new Set(keys)].sort().map((key) => `data["${key}"]`);
  return fields.length === 0 ? tool : { ...tool, changes: tool.changes.map((call) => ({ ...call, fields })) };
};

/** An IAM statement, whose resource leaves `${partition}`, `${region}` and `${account}` open. */
export interface UsageStatement {
  readonly action: string;
  readonly resource: string;
}

/**
 * What the sources of usage of a cluster are read with by tools of one kind: nothing where no agent is granted such a tool there,
 * and nothing for a Prometheus of your own, which takes no credentials of AWS.
 */
export const usagePermissions = (
  { name, usage }: Pick<Cluster, 'name' | 'usage'>,
  agents: readonly Agent[],
  manifests: readonly Manifest[],
  kind: Manifest['kind'],
): readonly UsageStatement[] => {
  const there = agents.filter(({ kubernetes }) => kubernetes?.clusters.includes(name) === true);
  const readers = clusterTools(there, manifests).filter(
    (tool) =>
      tool.kind === kind &&
      tool.reads.some(({ service, command }) => service === USAGE && command !== NODE_PRICE_READ.command),
  );
  if (readers.length === 0 || usage === undefined || usage.kind === 'prometheus') return [];
  if (usage.kind === 'container-insights') return [{ action: 'cloudwatch:GetMetricData', resource: '*' }];
  const workspace = `arn:\${partition}:aps:${usage.region ?? '${region}'}:\${account}:workspace/${usage.workspace}`;
  return [{ action: 'aps:QueryMetrics', resource: workspace }];
};

/** The tools on Kubernetes that some of these agents are granted. */
const clusterTools = (agents: readonly Agent[], manifests: readonly Manifest[]): readonly Manifest[] => {
  const names = new Set(agents.flatMap(({ tools }) => [...tools.observe, ...tools.change]));
  return manifests.filter((one) => providerOf(one) === KUBERNETES && names.has(one.name));
};

/** The change tools among them. */
const changeTools = (tools: readonly Manifest[]): readonly ChangeManifest[] =>
  tools.filter((tool) => tool.kind === 'change');

/** Usage over time is no API of the cluster, so RBAC says nothing of it. */
const readsOf = (tool: Manifest): RbacCall[] =>
  tool.reads.flatMap((call: ProviderCall) => {
    if (call.service === USAGE) return [];
    const read = allowedCall(tool, call);
    if (isRead(read)) return read;
    throw new InputError(
      `tool ${tool.name}`,
      `its read ${JSON.stringify(call.command)} changes something`,
      'get or list',
    );
  });

const changesOf = (tool: ChangeManifest): RbacCall[] =>
  tool.changes.map((call: ProviderCall) => allowedCall(tool, call));

const allowedCall = (tool: Manifest, listed: ProviderCall): RbacCall => {
  const call = callOf(listed);
  if (call.resource === 'configmaps' && (call.verb === 'list' || !setsKeys(tool)))
    throw new InputError(
      `tool ${tool.name}`,
      `its call ${JSON.stringify(listed.command)} is about any ConfigMap`,
      'a change tool with `configMapKeyFields`, by which RBAC and the kernel hold it to the granted ones',
    );
  if (isReadByName(call.resource) && (call.verb !== 'get' || call.subresource !== undefined))
    throw new InputError(
      `tool ${tool.name}`,
      `its call ${JSON.stringify(listed.command)} is not a read of one by its name`,
      `\`get ${call.resource}\`: they are in no namespace, so nothing holds a tool to those of its agent`,
    );
  if (NEVER.some((never) => never(call)))
    throw new InputError(
      `tool ${tool.name}`,
      `its call ${JSON.stringify(listed.command)} is one that no tool may make`,
      'no deletion of pods, no exec or similar, no secrets, no RBAC and no admission',
    );
  return call;
};

const setsKeys = (tool: Manifest): boolean => tool.kind === 'change' && tool.configMapKeyFields !== undefined;

/** One rule for each resource, so that a verb is never granted on more than some tool needs. */
const rulesOf = (calls: readonly RbacCall[], configMaps: readonly string[] = []): RbacRule[] => {
  const verbs = new Map<string, { readonly call: RbacCall; readonly verbs: Set<string> }>();
  for (const call of calls) {
    const key = JSON.stringify([call.group, resourceOf(call)]);
    const entry = verbs.get(key) ?? { call, verbs: new Set() };
    verbs.set(key, entry);
    entry.verbs.add(call.verb);
  }
  return [...verbs]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([, entry]) => {
      const ofMaps = entry.call.resource === 'configmaps';
      // A rule that names nothing grants everything.
      if (ofMaps && configMaps.length === 0) return [];
      return {
        apiGroups: [entry.call.group],
        resources: [resourceOf(entry.call)],
        ...(ofMaps && { resourceNames: configMaps }),
        verbs: [...entry.verbs].sort(),
      };
    });
};

const resourceOf = ({ resource, subresource }: RbacCall): string =>
  subresource === undefined ? resource : `${resource}/${subresource}`;

/** A Role, a ClusterRole or the binding of one, as JSON. */
export interface RbacObject {
  readonly apiVersion: 'rbac.authorization.k8s.io/v1';
  readonly kind: 'Role' | 'RoleBinding' | 'ClusterRole' | 'ClusterRoleBinding';
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [field: string]: unknown;
}

/**
 * The Roles of these rights, each bound to our group in its namespace. For the whole cluster there is only what is in no namespace,
 * and nothing where no tool needs it.
 */
export const rbacObjects = (rights: readonly NamespaceRights[]): readonly RbacObject[] =>
  rights.flatMap(({ namespace, role, rules }): RbacObject[] => {
    const apiVersion = 'rbac.authorization.k8s.io/v1';
    const metadata = { name: `checkrein-${role}`, ...(namespace !== undefined && { namespace }) };
    const kind = namespace === undefined ? 'ClusterRole' : 'Role';
    const apiGroup = 'rbac.authorization.k8s.io';
    return [
      { apiVersion, kind, metadata, rules },
      {
        apiVersion,
        kind: `${kind}Binding`,
        metadata,
        roleRef: { apiGroup, kind, name: metadata.name },
        subjects: [{ apiGroup, kind: 'Group', name: CLUSTER_GROUPS[role] }],
      },
    ];
  });
