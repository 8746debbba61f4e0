import { expect } from 'vitest';
import * as z from 'zod';
import { CloudError } from '../../../lambdas/contracts/errors.ts';
import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import type { Cloud, CloudRequest } from '../../../lambdas/contracts/ports.ts';
import type { RecordedCall } from '../../../local/account/account.ts';
import { SimulatedClock } from '../../../local/account/clock.ts';
import { parseWorld } from '../../fixtures/shipped-app.ts';
import { SimulatedCluster } from '../../../local/cluster/cluster.ts';
import type { ClusterSession } from '../../../local/cluster/session.ts';
import type { ProviderCall } from '../../../lambdas/contracts/tool.ts';
import { TOOLS } from '../../kubernetes/tools.ts';

/** A shop with two Pods, and a budget that needs one of them. */
export const SHOP = `
about: a shop in a cluster
now: 2026-11-20T09:26:20Z
cluster:
  name: shop-eu
  objects:
    - { apiVersion: v1, kind: Namespace, metadata: { name: shop, labels: { environment: production } } }
    - apiVersion: apps/v1
      kind: Deployment
      metadata: { name: checkout, namespace: shop, labels: { app: checkout } }
      spec:
        replicas: 2
        selector: { matchLabels: { app: checkout } }
        template:
          metadata: { labels: { app: checkout } }
          spec:
            containers:
              - name: web
                image: example.com/shop:1
                resources: { requests: { cpu: 0.2, memory: 256Mi }, limits: { memory: 512Mi } }
    - apiVersion: policy/v1
      kind: PodDisruptionBudget
      metadata: { name: checkout, namespace: shop }
      spec: { minAvailable: 1, selector: { matchLabels: { app: checkout } } }
`;

const Item = z.object({
  metadata: z.looseObject({
    name: z.string(),
    uid: z.string(),
    resourceVersion: z.string(),
    generation: z.number().default(0),
    annotations: z.record(z.string(), z.string()).default({}),
    managedFields: z.array(z.looseObject({ manager: z.string(), operation: z.string() })).default([]),
  }),
  spec: z.record(z.string(), z.json()).default({}),
  status: z.record(z.string(), z.json()).default({}),
});
type Item = z.infer<typeof Item>;
const Pods = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), uid: z.string(), deletionTimestamp: z.string().optional() }),
      status: z.object({
        phase: z.string(),
        containerStatuses: z
          .array(
            z.object({
              ready: z.boolean(),
              restartCount: z.number(),
              image: z.string(),
              state: z.record(z.string(), z.object({ reason: z.string().optional() })),
              lastState: z.record(z.string(), z.object({ reason: z.string(), exitCode: z.number() })),
            }),
          )
          .default([]),
      }),
    }),
  ),
});
const Events = z.object({ items: z.array(z.object({ reason: z.string(), message: z.string(), count: z.number() })) });

/** A cluster with its clock and the record of its calls. */
export class ExampleCluster {
  readonly calls: RecordedCall[] = [];
  readonly clock: SimulatedClock;
  readonly cluster: SimulatedCluster;
  readonly cloud: Cloud;

  constructor(yaml: string = SHOP) {
    const { cluster, now, account, region } = parseWorld(yaml, 'world.yaml');
    this.clock = new SimulatedClock(new Date(now));
    const onCall = (call: RecordedCall) => this.calls.push(call);
    if (cluster === undefined) expect.fail('the world has no cluster');
    const policy = { namespaces: ['shop'], tools: TOOLS };
    const options = { clock: this.clock, origin: Date.parse(now), at: { account, region }, onCall, policy };
    this.cluster = new SimulatedCluster(cluster, options);
    this.cloud = this.session({});
  }

  session(session: Partial<ClusterSession>): Cloud {
    return this.cluster.cloud({ step: 'observe', principal: 'reader', calls: 'any', ...session });
  }

  /** A session of the change role, with the rights of every tool. */
  change(mode: string, operation: string, uid: string): Cloud {
    const calls = TOOLS.flatMap((tool): readonly ProviderCall[] => tool.changes);
    const principal = `arn:aws:sts::123456789012:assumed-role/checkrein-change/${mode}-${operation}-${uid}`;
    return this.session({ step: 'apply', principal, calls, changes: true });
  }

  /** Sends `apps/v1: patch deployments` in the namespace of the shop. */
  send(call: string, input: JsonObject = {}, cloud: Cloud = this.cloud): Promise<unknown> {
    return cloud.send(request(call, input));
  }

  async refusal(call: string, input: JsonObject = {}, cloud: Cloud = this.cloud): Promise<CloudError> {
    const error: unknown = await this.send(call, input, cloud).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (error instanceof CloudError) return error;
    expect.fail(`expected a refusal, got ${String(error)}`);
  }

  async get(resource: string, name: string): Promise<Item> {
    return Item.parse(await this.send(`${serviceOf(resource)}: get ${resource}`, { name }));
  }

  async list(resource: string, query: JsonObject = {}): Promise<Item[]> {
    const answer = await this.send(`${serviceOf(resource)}: list ${resource}`, { query });
    return z.object({ items: z.array(Item) }).parse(answer).items;
  }

  deployment(name = 'checkout'): Promise<Item> {
    return this.get('deployments', name);
  }

  async pods(): Promise<z.infer<typeof Pods>['items']> {
    return Pods.parse(await this.send('v1: list pods')).items;
  }

  async events(reason: string): Promise<z.infer<typeof Events>['items']> {
    return Events.parse(await this.send('v1: list events', { query: { fieldSelector: `reason=${reason}` } })).items;
  }

  /** A JSON patch of the Deployment. */
  patch(body: readonly JsonObject[], query: JsonObject = {}, cloud: Cloud = this.cloud): Promise<unknown> {
    return this.send('apps/v1: patch deployments', jsonPatch(body, query), cloud);
  }

  wait(seconds: number): void {
    this.clock.advance(seconds * 1000);
  }
}

/** The input of a JSON patch of the Deployment. */
export const jsonPatch = (body: readonly JsonObject[], query: JsonObject = {}): JsonObject => ({
  name: 'checkout',
  query: { fieldManager: 'checkrein', ...query },
  contentType: 'application/json-patch+json',
  body: [...body],
});

/** The input of a server-side apply of the Deployment's containers. */
export const apply = (manager: string, containers: readonly JsonObject[], query: JsonObject = {}): JsonObject => ({
  name: 'checkout',
  query: { fieldManager: manager, ...query },
  contentType: 'application/apply-patch+yaml',
  body: {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'checkout', namespace: 'shop' },
    spec: { template: { spec: { containers: [...containers] } } },
  },
});

const request = (call: string, input: JsonObject): CloudRequest => {
  const [service = '', command = ''] = call.split(': ');
  return { service, command, input: { namespace: 'shop', ...input } };
};

const SERVICES: Readonly<Record<string, string>> = {
  pods: 'v1',
  events: 'v1',
  nodes: 'v1',
  configmaps: 'v1',
  resourcequotas: 'v1',
  poddisruptionbudgets: 'policy/v1',
  horizontalpodautoscalers: 'autoscaling/v2',
  cronjobs: 'batch/v1',
  persistentvolumeclaims: 'v1',
};
const serviceOf = (resource: string): string => SERVICES[resource] ?? 'apps/v1';

/** The path of the container's resources. */
export const RESOURCES = '/spec/template/spec/containers/0/resources';
