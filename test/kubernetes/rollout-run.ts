import assert from 'node:assert/strict';
import * as z from 'zod';
import { systemClock } from '../../lambdas/adapters/system.ts';
import { CLUSTER_GROUPS } from '../../lambdas/contracts/clusters.ts';
import { JsonObject } from '../../lambdas/contracts/json.ts';
import type { Cloud } from '../../lambdas/contracts/ports.ts';
import type { ProviderCall } from '../../lambdas/contracts/tool.ts';
import type { Change, ChangeTool } from '../../lambdas/tools/tool.ts';
import { subjectFor } from '../fixtures/subjects.ts';
import type { ApiServer } from './api-server.ts';
import { CLUSTER, create, KubernetesObject, sessionOf, SHOP } from './cluster.ts';

/** The kinds of workloads, and what they are called. */
export const KINDS = [
  ['deployments', 'Deployment'],
  ['statefulsets', 'StatefulSet'],
  ['daemonsets', 'DaemonSet'],
] as const;
type Kind = (typeof KINDS)[number];

const Template = z.object({ template: JsonObject });
let workloads = 0;

/** A workload of a kind on the real server, and a change tool on it: each part of a change under the rights of the tools. */
export class RolloutRun {
  readonly #server: ApiServer;
  readonly #tool: ChangeTool;
  readonly #kind: Kind;
  readonly name: string;

  constructor(server: ApiServer, tool: ChangeTool, kind: Kind) {
    workloads += 1;
    this.#server = server;
    this.#tool = tool;
    this.#kind = kind;
    this.name = `rollout-${workloads}`;
  }

  /** Creates the workload as Helm would, and says that it is rolled out. */
  async start(image = 'example.com/shop:2'): Promise<void> {
    const [resource, kind] = this.#kind;
    const labels = { app: this.name };
    const containers = [{ name: 'web', image, env: [{ name: 'MODE', value: 'live' }] }];
    const spec = {
      ...(kind !== 'DaemonSet' && { replicas: 2 }),
      ...(kind === 'StatefulSet' && { serviceName: this.name }),
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
    };
    const body = { apiVersion: 'apps/v1', kind, metadata: { namespace: SHOP, name: this.name, labels }, spec };
    await create(this.#server.admin, 'apps/v1', resource, body);
    await this.rollsOut();
  }

  async object(): Promise<KubernetesObject & { readonly spec: JsonObject }> {
    return KubernetesObject.parse(await this.#sendAsAdmin(`get ${this.#kind[0]}`, { name: this.name }));
  }

  async template(): Promise<JsonObject> {
    return Template.parse((await this.object()).spec).template;
  }

  /** The status that a controller writes once every pod is of the newest template. */
  async rollsOut(): Promise<void> {
    const { generation } = z.object({ generation: z.int() }).parse((await this.object()).metadata);
    const ofPods = { replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 };
    const ofNodes = {
      currentNumberScheduled: 2,
      numberMisscheduled: 0,
      desiredNumberScheduled: 2,
      updatedNumberScheduled: 2,
      numberReady: 2,
      numberAvailable: 2,
    };
    const status = { observedGeneration: generation, ...(this.#kind[1] === 'DaemonSet' ? ofNodes : ofPods) };
    await this.#sendAsAdmin(`patch ${this.#kind[0]}/status`, {
      name: this.name,
      contentType: 'application/merge-patch+json',
      body: { status },
    });
  }

  /** Keeps a template as a revision, as the controller of this kind does. */
  async keeps(revision: number, template: JsonObject): Promise<void> {
    const [, kind] = this.#kind;
    const { uid } = (await this.object()).metadata;
    const owner = { apiVersion: 'apps/v1', kind, name: this.name, uid, controller: true, blockOwnerDeletion: true };
    const name = `${this.name}-r${revision}`;
    const metadata = { namespace: SHOP, name, ownerReferences: [owner] };
    const labels = { app: this.name, 'pod-template-hash': `r${revision}` };
    if (kind === 'Deployment') {
      const annotations = { 'deployment.kubernetes.io/revision': String(revision) };
      const body = { ...template, metadata: { ...JsonObject.parse(template['metadata']), labels } };
      const spec = { replicas: 0, selector: { matchLabels: labels }, template: body };
      const set = { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { ...metadata, labels, annotations }, spec };
      await create(this.#server.admin, 'apps/v1', 'replicasets', set);
      return;
    }
    const data = { spec: { template: { ...template, $patch: 'replace' } } };
    // Its controller gives it the labels of the template, by which it finds it again.
    const labelled = { ...metadata, labels: { app: this.name, 'controller-revision-hash': `r${revision}` } };
    const kept = { apiVersion: 'apps/v1', kind: 'ControllerRevision', metadata: labelled, data, revision };
    await create(this.#server.admin, 'apps/v1', 'controllerrevisions', kept);
  }

  /** Gives a revision another number, as its controller does when it is rolled out again. */
  async renumbers(revision: number, to: number): Promise<void> {
    const isSet = this.#kind[1] === 'Deployment';
    const annotations = { 'deployment.kubernetes.io/revision': String(to) };
    await this.#sendAsAdmin(`patch ${isSet ? 'replicasets' : 'controllerrevisions'}`, {
      name: `${this.name}-r${revision}`,
      contentType: 'application/merge-patch+json',
      body: isSet ? { metadata: { annotations } } : { revision: to },
    });
  }

  /** Reads as an agent does, only what the manifest lists. */
  get context() {
    const username = 'arn:aws:sts::123456789012:assumed-role/observe/inc-1';
    const reader = this.#server.as({ username, groups: [CLUSTER_GROUPS.read] });
    const cloud = onlyListed(reader, this.#tool.manifest.reads);
    return { cloud, clock: systemClock, subject: subjectFor() };
  }

  input(more: JsonObject = {}): JsonObject {
    const why = 'A check on a real API server, long enough to be a reason.';
    return { cluster: CLUSTER, namespace: SHOP, kind: this.#kind[0], name: this.name, why, ...more };
  }

  async proposed(input: JsonObject): Promise<Change> {
    const { target, state } = await this.#tool.describe(input, this.context);
    return { input, target, before: state, after: this.#tool.predict(input, state) };
  }

  async dryRun(change: Change) {
    return this.#tool.dryRun(change, { ...this.context, change: await this.#session('dry') });
  }

  /** Applies in two calls: the first writes, and the second finds the rollout complete. */
  async applies(change: Change, mode: 'apply' | 'undo' = 'apply'): Promise<void> {
    const session = await this.#session(mode);
    const waits = await this.#tool.apply(change, { ...this.context, change: session });
    assert.match(waits?.says ?? 'nothing', /^The rollout of .* goes on: the controller has not yet seen/);
    const written = (await this.object()).metadata.resourceVersion;
    await this.#tool.apply(change, { ...this.context, change: session, continues: true });
    assert.equal((await this.object()).metadata.resourceVersion, written, 'the second attempt wrote again');
    await this.rollsOut();
    assert.equal(await this.#tool.apply(change, { ...this.context, change: session, continues: true }), undefined);
    const { state } = await this.#tool.describe(change.input, this.context);
    assert.deepEqual(this.#tool.postCondition(change, state).holds, true, JSON.stringify(state));
    const { managedFields } = (await this.object()).metadata;
    assert(managedFields.every(({ manager }) => manager !== 'checkrein'));
  }

  /** One attempt, over a connection that may lose requests or answers. */
  async attempt(change: Change, over: (cloud: Cloud) => Cloud = (cloud) => cloud) {
    return this.#tool.apply(change, { ...this.context, change: over(await this.#session('apply')) });
  }

  /** A write by somebody else. */
  async somebodySets(spec: JsonObject): Promise<void> {
    const contentType = 'application/merge-patch+json';
    await this.#sendAsAdmin(`patch ${this.#kind[0]}`, { name: this.name, contentType, body: { spec } });
  }

  async #session(mode: 'dry' | 'apply' | 'undo'): Promise<Cloud> {
    const { uid } = (await this.object()).metadata;
    const session = sessionOf(this.#server, mode, this.#tool.manifest.name, uid, 'of the tools');
    return onlyListed(session, this.#tool.manifest.changes);
  }

  #sendAsAdmin(command: string, input: JsonObject): Promise<unknown> {
    return this.#server.admin.send({ service: 'apps/v1', command, input: { namespace: SHOP, ...input } });
  }
}

/** A cloud that refuses what a manifest does not list. */
export const onlyListed = (cloud: Cloud, calls: readonly ProviderCall[]): Cloud => ({
  ...cloud,
  send(request) {
    const listed = calls.some(({ service, command }) => service === request.service && command === request.command);
    assert(listed, `${request.service}: ${request.command} is not in the manifest`);
    return cloud.send(request);
  },
});
