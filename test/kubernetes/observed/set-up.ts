import { ToolRefusal } from '../../../lambdas/contracts/errors.ts';
import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import type { Cloud } from '../../../lambdas/contracts/ports.ts';
import { namespaceRights, rbacObjects } from '../../../lambdas/providers/kubernetes/permissions.ts';
import { OBSERVE_TOOLS } from '../../../lambdas/tools/catalogue.ts';
import { KUBERNETES, CLUSTER_GROUPS } from '../../../lambdas/contracts/clusters.ts';
import { providerOf } from '../../../lambdas/contracts/tool.ts';
import { NODE_PRICE_READ, USAGE } from '../../../lambdas/contracts/usage.ts';
import { pollUntil } from '../../e2e/progress.ts';
import { clusterAgent } from '../../fixtures/cluster-tools.ts';
import type { ApiServer } from '../api-server.ts';
import { CLUSTER, create } from '../cluster.ts';
import { creating, jsonOf, RBAC } from '../set-up.ts';
import {
  controllerRevision,
  OBSERVED,
  ownedPod,
  POD_STATUS,
  replicaSet,
  RULES_OF_NAMESPACE,
  template,
  WORKLOAD_STATUS,
  WORKLOADS,
} from './objects.ts';

/** The tools that read clusters. */
export const CLUSTER_OBSERVE_TOOLS = OBSERVE_TOOLS.filter(({ manifest }) => providerOf(manifest) === KUBERNETES);

const manifests = CLUSTER_OBSERVE_TOOLS.map(({ manifest }) => manifest);
const [agent] = clusterAgent('reader', { clusters: [CLUSTER], namespaces: [OBSERVED] }, []);

/** The generated rights of an agent that is granted every tool that reads. */
export const READ_RIGHTS = namespaceRights(
  CLUSTER,
  agent === undefined ? [] : [{ ...agent, tools: { observe: manifests.map(({ name }) => name), change: [] } }],
  manifests,
);

/** Somebody in the group of those who read. Usage over time is no API of a cluster, and no source of it and no price of a node are named here. */
export const readerOf = (server: ApiServer): Cloud => {
  const username = 'arn:aws:sts::123456789012:assumed-role/observe/inc-1';
  const reader = server.as({ username, groups: [CLUSTER_GROUPS.read] });
  const send: Cloud['send'] = async (request) => {
    if (request.service === NODE_PRICE_READ.service && request.command === NODE_PRICE_READ.command)
      return { nodePrice: null };
    if (request.service === USAGE) throw new ToolRefusal('No source of usage is named.');
    return reader.send(request);
  };
  return { ...reader, send };
};

/** Creates what the tools read, as owners and controllers would. */
export const setUpObserved = async ({ admin }: ApiServer, kubeletPort: number): Promise<void> => {
  await admin.send(creating('v1', 'namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: OBSERVED } }));
  for (const object of rbacObjects(READ_RIGHTS))
    await create(admin, RBAC, object.kind === 'Role' ? 'roles' : 'rolebindings', jsonOf(object));
  await addNode(admin, 'node-observed', kubeletPort);
  await addWorkloads(admin);
  await addApi(admin, 'metrics.k8s.io', 'v1beta1', 'pods', 'PodMetrics');
  await addApi(admin, 'keda.sh', 'v1alpha1', 'scaledobjects', 'ScaledObject');
  for (const [service, resource, object] of RULES_OF_NAMESPACE)
    await pollUntil(`the API of ${resource} to answer`, async () =>
      create(admin, service, resource, object).catch(() => undefined),
    );
};

/** A node whose kubelet answers at a port of this machine. */
export const addNode = async (admin: Cloud, name: string, port: number): Promise<void> => {
  await admin.send(creating('v1', 'nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name } }));
  const addresses = [{ type: 'InternalIP', address: '127.0.0.1' }];
  const status = { addresses, daemonEndpoints: { kubeletEndpoint: { Port: port } } };
  await admin.send(writesStatus('v1', 'nodes', name, status));
};

const addWorkloads = async (admin: Cloud): Promise<void> => {
  const uids = new Map<string, string>();
  for (const [resource, object] of WORKLOADS) {
    const { metadata } = await create(admin, 'apps/v1', resource, object);
    uids.set(resource, metadata.uid);
  }
  await admin.send(writesStatus('apps/v1', 'deployments', 'checkout', WORKLOAD_STATUS, OBSERVED));
  const deployment = uids.get('deployments') ?? '';
  await create(admin, 'apps/v1', 'replicasets', replicaSet(1, 'a1', deployment, template('example.com/shop:1', '1Gi')));
  const newest = replicaSet(2, 'b2', deployment, template('example.com/shop:2', '512Mi'));
  const { metadata } = await create(admin, 'apps/v1', 'replicasets', newest);
  await create(admin, 'apps/v1', 'controllerrevisions', controllerRevision(uids.get('statefulsets') ?? ''));
  for (const name of ['checkout-b2-x', 'checkout-b2-y'])
    await create(admin, 'v1', 'pods', ownedPod(name, metadata.uid));
  await admin.send(writesStatus('v1', 'pods', 'checkout-b2-x', POD_STATUS, OBSERVED));
};

const writesStatus = (service: string, resource: string, name: string, status: JsonObject, namespace?: string) => ({
  service,
  command: `patch ${resource}/status`,
  input: {
    ...(namespace !== undefined && { namespace }),
    name,
    contentType: 'application/merge-patch+json',
    body: { status },
  },
});

/** An API that an extension serves in a cluster, here by a definition that takes any field. */
const addApi = async (admin: Cloud, group: string, version: string, plural: string, kind: string): Promise<void> => {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  await admin.send(
    creating('apiextensions.k8s.io/v1', 'customresourcedefinitions', {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: {
        name: `${plural}.${group}`,
        annotations: { 'api-approved.kubernetes.io': 'unapproved, a stand-in in a test' },
      },
      spec: {
        group,
        scope: 'Namespaced',
        names: { plural, singular: kind.toLowerCase(), kind },
        versions: [{ name: version, served: true, storage: true, schema }],
      },
    }),
  );
};
