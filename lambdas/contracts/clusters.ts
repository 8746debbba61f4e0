import * as z from 'zod';
import { isPlainHttp, sharedUsage, UsageSource } from './usage-source.ts';

/** Name of the provider of Kubernetes. */
export const KUBERNETES = 'kubernetes';

/** The name under which our writes own fields until they release them. */
export const FIELD_MANAGER = 'checkrein';

/** Groups of the cluster that RBAC binds: who reads, and who makes one approved change. */
export const CLUSTER_GROUPS = { read: 'checkrein:read', change: 'checkrein:change' } as const;

const ClusterName = z
  .string()
  .regex(/^[A-Za-z0-9][\w-]{0,99}$/, 'the name of a cluster: letters, digits, dashes and underscores');

/** The name of a namespace. No pattern: a namespace is granted by its name. */
export const NamespaceName = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    'the name of a namespace: lower-case letters, digits and dashes; no *',
  );

/** What a node costs, by which requests are given a price. */
export const NodePrice = z.strictObject({
  /** As you pay for it, discounts included. */
  dollarsPerMonth: z.number().positive().max(1_000_000),
  cores: z.number().positive().max(10_000),
  memoryGiB: z.number().positive().max(1_000_000),
});
export type NodePrice = z.infer<typeof NodePrice>;

/** A cluster of the settings. */
export const Cluster = z.strictObject({
  /** What agents and targets call it: once in the deployment. */
  name: ClusterName,
  /** Its name in EKS. Default: `name`. */
  eksName: ClusterName.optional(),
  /** Of its API server, together with `certificateAuthority`. Default: what `eks:DescribeCluster` says. */
  endpoint: z
    .url({ protocol: /^https$/, error: 'an https URL, e.g. https://0123456789ABCDEF.gr7.eu-west-1.eks.amazonaws.com' })
    .refine((url) => /^https:\/\/[^/?#@]+\/?$/.test(url), 'host and port alone, without a path or a user')
    .optional(),
  /** The certificate that signs the API server's, in PEM or in base64 as EKS shows it. No other is trusted. */
  certificateAuthority: z.string().min(100, 'a certificate in PEM, or in base64 as EKS shows it').optional(),
  /** The account that it is in: this one (the default) or a member. */
  account: z
    .string()
    .regex(/^\d{12}$/, 'an account id of 12 digits, in quotes')
    .optional(),
  /** Whether its API server can be reached only inside a VPC. */
  privateEndpoint: z.boolean().default(false),
  /** How it knows the caller: by the tokens of EKS. */
  access: z.literal('eks').default('eks'),
  /** The environment of what is in none of its namespaces: its nodes. Default: production. */
  environment: z.string().min(1).optional(),
  /** Where its usage over time is read. Without it nobody knows a peak, and unknown peaks count as 100 %. */
  usage: UsageSource.optional(),
  /** A typical node and its price. Without it requests have amounts, and no dollars. */
  nodePrice: NodePrice.optional(),
});
export type Cluster = z.infer<typeof Cluster>;

/** Whether a ConfigMap decides about the cluster itself, or who may use it: nobody is granted a key of such a one. */
export const isOfCluster = (namespace: string, name: string): boolean =>
  namespace.startsWith('kube-') || name === 'aws-auth';

/** Keys of one ConfigMap that an agent may set. */
const ConfigMapKeys = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, 'the name of one ConfigMap; no *')
    .refine((name) => name !== 'aws-auth', 'not aws-auth, which decides who may use the cluster'),
  keys: z
    .array(z.string().regex(/^[-._a-zA-Z0-9]{1,253}$/, 'a key of a ConfigMap; no *'))
    .min(1)
    .max(20),
  /** Their values are shown in clear: to the model, to approvers, on the trace. No other key can be set. */
  shown: z.literal(true),
});

/** What an agent may see and touch of clusters. The kernel refuses everything else. */
export const ClusterGrant = z.strictObject({
  clusters: z.array(ClusterName).min(1).max(20),
  namespaces: z.array(NamespaceName).min(1).max(50),
  /** Whether it may send PromQL of its own: that reads all that the Prometheus of a cluster knows, in every namespace. */
  promql: z.literal(true).optional(),
  /** Whether it may cordon and uncordon nodes, which are in no namespace: that reaches the pods of everybody. */
  nodes: z.literal(true).optional(),
  /** The keys of ConfigMaps that it may set, in each of the namespaces. */
  configMapKeys: z.array(ConfigMapKeys).min(1).max(20).optional(),
});
export type ClusterGrant = z.infer<typeof ClusterGrant>;

/** The namespaces of a cluster that some of these agents are granted, sorted. */
export const grantedNamespaces = (
  cluster: string,
  agents: readonly { readonly kubernetes?: ClusterGrant | undefined }[],
): readonly string[] => {
  const granted = agents.flatMap(({ kubernetes }) =>
    kubernetes?.clusters.includes(cluster) === true ? kubernetes.namespaces : [],
  );
  return [...new Set(granted)].sort();
};

/** Whether some of these agents are granted the nodes of a cluster. */
export const grantsNodes = (
  cluster: string,
  agents: readonly { readonly kubernetes?: ClusterGrant | undefined }[],
): boolean =>
  agents.some(({ kubernetes }) => kubernetes?.clusters.includes(cluster) === true && kubernetes.nodes === true);

/** The ConfigMaps of a namespace of which some of these agents are granted a key, sorted. */
export const grantedConfigMaps = (
  cluster: string,
  namespace: string,
  agents: readonly { readonly kubernetes?: ClusterGrant | undefined }[],
): readonly string[] => {
  const granted = agents.flatMap(({ kubernetes }) =>
    kubernetes?.clusters.includes(cluster) === true && kubernetes.namespaces.includes(namespace)
      ? (kubernetes.configMapKeys ?? []).map(({ name }) => name)
      : [],
  );
  return [...new Set(granted)].filter((name) => !isOfCluster(namespace, name)).sort();
};

/** The parts of the settings that say what a cluster can be reached with. */
interface Surroundings {
  readonly clusters: readonly Cluster[];
  readonly network?: object | undefined;
  readonly members?: { readonly hub: string; readonly accounts: readonly string[] } | undefined;
}

/** What is wrong with a cluster, as a field of it and a sentence. */
interface ClusterProblem {
  readonly path: readonly [number, keyof Cluster];
  readonly message: string;
}

/** The combinations of endpoint, network and account that cannot work. */
export const clusterProblems = ({ clusters, network, members }: Surroundings): ClusterProblem[] =>
  clusters.flatMap((cluster, index) => {
    const { name, endpoint, certificateAuthority, account, privateEndpoint } = cluster;
    const problem = (wrong: boolean, field: keyof Cluster, message: string): ClusterProblem[] =>
      wrong ? [{ path: [index, field], message }] : [];
    const known = members === undefined ? [] : [members.hub, ...members.accounts];
    return [
      ...problem(
        clusters.findIndex((one) => one.name === name) < index,
        'name',
        `another cluster has the name ${name}, which is part of refs; give one of them another name, and its own as eksName`,
      ),
      ...problem(
        (endpoint === undefined) !== (certificateAuthority === undefined),
        endpoint === undefined ? 'endpoint' : 'certificateAuthority',
        'endpoint and certificateAuthority are given together, or both are left out and read from EKS',
      ),
      ...problem(
        account !== undefined && members === undefined,
        'account',
        'there are no members; leave it out for the account of this deployment',
      ),
      ...problem(
        account !== undefined && members !== undefined && !known.includes(account),
        'account',
        `${String(account)} is neither the hub nor a member; expected one of ${known.join(', ')}`,
      ),
      ...problem(
        privateEndpoint && network === undefined,
        'privateEndpoint',
        'its API server can be reached only inside a VPC, but the functions are in none; set network to subnets from which it can be reached',
      ),
      ...problem(
        network !== undefined && endpoint !== undefined && !['', '443'].includes(new URL(endpoint).port),
        'endpoint',
        'functions in a VPC (network) may go out on port 443 only',
      ),
      ...problem(
        isPlainHttp(cluster.usage) && network === undefined,
        'usage',
        'its endpoint is plain http, but the functions are in no VPC: on the Internet anybody on the way could change the peak by which a cut is judged; use https, or set network',
      ),
      ...problem(
        sharedUsage(cluster.usage, clusters, index),
        'usage',
        'another cluster has the same source; give both labels that tell their series apart, e.g. labels: { cluster: "prod" }',
      ),
    ];
  });
