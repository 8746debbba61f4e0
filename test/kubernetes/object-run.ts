import assert from 'node:assert/strict';
import { systemClock } from '../../lambdas/adapters/system.ts';
import { CLUSTER_GROUPS } from '../../lambdas/contracts/clusters.ts';
import type { JsonObject } from '../../lambdas/contracts/json.ts';
import type { Cloud } from '../../lambdas/contracts/ports.ts';
import type { Change, ChangeTool } from '../../lambdas/tools/tool.ts';
import { subjectFor } from '../fixtures/subjects.ts';
import type { ApiServer } from './api-server.ts';
import { CLUSTER, create, KubernetesObject, sessionOf, SHOP } from './cluster.ts';
import { onlyListed } from './rollout-run.ts';

/** A kind of object on the real server. */
interface Resource {
  readonly service: string;
  readonly resource: string;
  readonly kind: string;
  /** Left out for one that is in no namespace. */
  readonly namespace?: typeof SHOP;
  /** The field of the input with its name, where that is another than `name`. */
  readonly nameField?: string;
}

/** One object on the real server, and a change tool on it: each part of a change under the rights of the tools. */
export class ObjectRun {
  readonly #server: ApiServer;
  readonly #tool: ChangeTool;
  readonly #of: Resource;
  readonly #name: string;

  constructor(server: ApiServer, tool: ChangeTool, of: Resource, name: string) {
    this.#server = server;
    this.#tool = tool;
    this.#of = of;
    this.#name = name;
  }

  /** Creates the object as a person does with kubectl. */
  async start(content: JsonObject): Promise<void> {
    const { service, resource, kind, namespace } = this.#of;
    const metadata = { name: this.#name, ...(namespace !== undefined && { namespace }) };
    await create(this.#server.admin, service, resource, { apiVersion: service, kind, metadata, ...content });
  }

  async object(): Promise<KubernetesObject> {
    return KubernetesObject.parse(await this.asAdmin(`get ${this.#of.resource}`));
  }

  /** Writes a part of the object as an admin. */
  async writes(body: JsonObject, subresource = ''): Promise<void> {
    await this.asAdmin(`patch ${this.#of.resource}${subresource}`, {
      contentType: 'application/merge-patch+json',
      body,
    });
  }

  /** Sends a call on the object as an admin. */
  asAdmin(command: string, input: JsonObject = {}): Promise<unknown> {
    const { service, namespace } = this.#of;
    const place = { ...(namespace !== undefined && { namespace }), name: this.#name };
    return this.#server.admin.send({ service, command, input: { ...place, ...input } });
  }

  /** Reads as an agent does, only what the manifest lists. */
  get context() {
    const username = 'arn:aws:sts::123456789012:assumed-role/observe/inc-1';
    const reader = this.#server.as({ username, groups: [CLUSTER_GROUPS.read] });
    const cloud = onlyListed(reader, this.#tool.manifest.reads);
    return { cloud, clock: systemClock, subject: subjectFor() };
  }

  async proposed(more: JsonObject): Promise<Change> {
    const why = 'A check on a real API server, long enough to be a reason.';
    const { nameField = 'name' } = this.#of;
    const input = { cluster: CLUSTER, namespace: SHOP, [nameField]: this.#name, why, ...more };
    const { target, state } = await this.#tool.describe(input, this.context);
    return { input, target, before: state, after: this.#tool.predict(input, state) };
  }

  /** The dry run, which must change nothing. */
  async dryRun(change: Change) {
    const { resourceVersion } = (await this.object()).metadata;
    const report = await this.#tool.dryRun(change, { ...this.context, change: await this.session('dry') });
    assert.equal((await this.object()).metadata.resourceVersion, resourceVersion, 'the dry run wrote');
    return report;
  }

  /** One call of `apply`. */
  async apply(change: Change, mode: 'apply' | 'undo' = 'apply') {
    return this.#tool.apply(change, { ...this.context, change: await this.session(mode) });
  }

  /** Applies twice, of which the second writes nothing, and asserts what the tool promises of it. */
  async applies(change: Change, mode: 'apply' | 'undo' = 'apply'): Promise<void> {
    assert.equal(await this.apply(change, mode), undefined);
    const written = (await this.object()).metadata.resourceVersion;
    assert.equal(await this.apply(change, mode), undefined);
    assert.equal((await this.object()).metadata.resourceVersion, written, 'the second attempt wrote again');
    const { state } = await this.#tool.describe(change.input, this.context);
    const { holds, detail } = this.#tool.postCondition(change, state);
    assert(holds, detail);
    const { managedFields } = (await this.object()).metadata;
    assert(managedFields.every(({ manager }) => manager !== 'checkrein'));
  }

  /** The change that undoes another one. */
  undoing(change: Change): Change {
    const inverse = this.#tool.inverse(change);
    assert(inverse.reversible, inverse.says);
    return { input: inverse.input, target: change.target, before: change.after, after: change.before };
  }

  /** A session of the tool on this object, with the rights of the tools. */
  async session(mode: 'dry' | 'apply' | 'undo'): Promise<Cloud> {
    const { uid } = (await this.object()).metadata;
    const session = sessionOf(this.#server, mode, this.#tool.manifest.name, uid, 'of the tools');
    return onlyListed(session, this.#tool.manifest.changes);
  }
}

/** The outcomes of checks, by their names. */
export const outcomesOf = (checks: readonly { readonly name: string; readonly outcome: string }[]) =>
  checks.map(({ name, outcome }) => [name, outcome]);

/** A JSON patch as a change session sends it. */
export const patchOf = (service: string, resource: string, place: JsonObject, operations: readonly JsonObject[]) => ({
  service,
  command: `patch ${resource}`,
  input: {
    ...place,
    query: { fieldManager: 'checkrein' },
    contentType: 'application/json-patch+json',
    body: [...operations],
  },
});
