import * as z from 'zod';
import type { JsonObject } from '../../lambdas/contracts/json.ts';
import type { Cloud, CloudRequest } from '../../lambdas/contracts/ports.ts';
import type { ApiServer } from './api-server.ts';

/** The group of the change roles, and what their user names begin with. */
export const GROUP = 'checkrein:change';
export const PREFIX = 'arn:aws:sts::123456789012:assumed-role/checkrein-change/';
/** What agents call the test cluster. */
export const CLUSTER = 'test';
/** Namespaces of a test cluster. Agents are granted the first. */
export const [SHOP, BANK] = ['shop', 'bank'] as const;
/** The namespace whose objects are in a simulated cluster, too. */
export const COMPARED = 'compared';

/** What a check reads of an object. */
export const KubernetesObject = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    uid: z.string(),
    resourceVersion: z.string(),
    managedFields: z.array(z.looseObject({ manager: z.string(), operation: z.string() })).default([]),
  }),
  spec: z.record(z.string(), z.json()).default({}),
});
export type KubernetesObject = z.infer<typeof KubernetesObject>;

/** A session of the change role: `MODE-OPERATION-UID`. It has the rights of the tools, or `everything`. */
export const sessionOf = (
  server: ApiServer,
  mode: string,
  operation: string,
  uid: string,
  rights: 'of the tools' | 'everything' = 'everything',
): Cloud =>
  server.as({
    username: `${PREFIX}${mode}-${operation}-${uid}`,
    groups: rights === 'everything' ? [GROUP, 'system:masters'] : [GROUP],
  });

const container = (name: string) => ({
  name,
  image: 'example.com/shop:1',
  env: [{ name: 'MODE', value: 'live' }],
  resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
});

/** A Deployment with two containers, as people write one. */
const deployment = (namespace: string, name: string): JsonObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { namespace, name, labels: { app: name } },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [container('web'), container('sidecar')] },
    },
  },
});

/** A ready Pod. */
export const pod = (namespace: string, name: string): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace, name, labels: { app: 'web' } },
  spec: { containers: [container('web')] },
});

/** Creates an object as a manager of fields, and returns it. */
export const create = async (
  cloud: Cloud,
  service: string,
  resource: string,
  body: JsonObject,
): Promise<KubernetesObject> => {
  const { namespace } = z.object({ namespace: z.string().optional() }).parse(body['metadata']);
  const input = { ...(namespace !== undefined && { namespace }), query: { fieldManager: 'kubectl-create' }, body };
  return KubernetesObject.parse(await cloud.send({ service, command: `create ${resource}`, input }));
};

let deployments = 0;

/** A new Deployment. Each check has its own. */
export const newDeployment = async (server: ApiServer, namespace: string = SHOP) => {
  deployments += 1;
  const name = `web-${deployments}`;
  const { metadata } = await create(server.admin, 'apps/v1', 'deployments', deployment(namespace, name));
  return { name, uid: metadata.uid, resourceVersion: metadata.resourceVersion };
};

/** Reads a Deployment. */
export const readDeployment = async (cloud: Cloud, name: string, namespace: string = SHOP) =>
  KubernetesObject.parse(
    await cloud.send({ service: 'apps/v1', command: 'get deployments', input: { namespace, name } }),
  );

/** One operation of a JSON patch. */
export interface PatchOperation extends JsonObject {
  readonly op: 'add' | 'remove' | 'replace' | 'test';
  readonly path: string;
}

/** A JSON patch of a Deployment. */
export const jsonPatch = (
  name: string,
  body: readonly PatchOperation[],
  options: { readonly dryRun?: boolean; readonly namespace?: string } = {},
): CloudRequest => ({
  service: 'apps/v1',
  command: 'patch deployments',
  input: {
    namespace: options.namespace ?? SHOP,
    name,
    query: { fieldManager: 'checkrein', ...(options.dryRun === true && { dryRun: 'All' }) },
    contentType: 'application/json-patch+json',
    body: [...body],
  },
});

/** A server-side apply of a Deployment, not forced. */
export const serverSideApply = (
  name: string,
  body: JsonObject,
  options: { readonly dryRun?: boolean; readonly manager?: string } = {},
): CloudRequest => ({
  service: 'apps/v1',
  command: 'patch deployments',
  input: {
    namespace: SHOP,
    name,
    query: { fieldManager: options.manager ?? 'checkrein', ...(options.dryRun === true && { dryRun: 'All' }) },
    contentType: 'application/apply-patch+yaml',
    body: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace: SHOP, name }, ...body },
  },
});
