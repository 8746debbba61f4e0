import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { CloudError } from '../../../lambdas/contracts/errors.ts';
import type { Json, JsonObject } from '../../../lambdas/contracts/json.ts';
import type { Cloud } from '../../../lambdas/contracts/ports.ts';
import { isObject, listIn, objectIn, textIn, valueAt, without } from '../../../local/cluster/objects/json.ts';
import { COMPARED, create, KubernetesObject } from '../cluster.ts';
import { jsonOf, withTexts } from './json.ts';

interface Kind {
  readonly service: string;
  readonly resource: string;
  readonly kind: string;
  /** Whether the server has a status apart, which controllers write. */
  readonly status?: true;
  /** It is in no namespace. */
  readonly inNone?: true;
}

/** Owners before what they own, and the bounds of a namespace after all that they would refuse. */
const KINDS: readonly Kind[] = [
  { service: 'v1', resource: 'nodes', kind: 'Node', status: true, inNone: true },
  { service: 'v1', resource: 'configmaps', kind: 'ConfigMap' },
  { service: 'batch/v1', resource: 'cronjobs', kind: 'CronJob', status: true },
  { service: 'apps/v1', resource: 'deployments', kind: 'Deployment', status: true },
  { service: 'apps/v1', resource: 'statefulsets', kind: 'StatefulSet', status: true },
  { service: 'apps/v1', resource: 'daemonsets', kind: 'DaemonSet', status: true },
  { service: 'apps/v1', resource: 'replicasets', kind: 'ReplicaSet', status: true },
  { service: 'apps/v1', resource: 'controllerrevisions', kind: 'ControllerRevision' },
  { service: 'keda.sh/v1alpha1', resource: 'scaledobjects', kind: 'ScaledObject' },
  { service: 'autoscaling/v2', resource: 'horizontalpodautoscalers', kind: 'HorizontalPodAutoscaler', status: true },
  { service: 'v1', resource: 'pods', kind: 'Pod', status: true },
  { service: 'policy/v1', resource: 'poddisruptionbudgets', kind: 'PodDisruptionBudget', status: true },
  { service: 'v1', resource: 'events', kind: 'Event' },
  { service: 'v1', resource: 'limitranges', kind: 'LimitRange' },
  { service: 'v1', resource: 'resourcequotas', kind: 'ResourceQuota', status: true },
  { service: 'metrics.k8s.io/v1beta1', resource: 'pods', kind: 'PodMetrics' },
];

/** Nobody reads events and usage of now during a change, so they are as they were at the beginning. */
const LASTING = KINDS.filter(({ kind }) => kind !== 'Event' && kind !== 'PodMetrics');

/** An object as people wrote it, and with the defaults that the simulator adds. */
interface Manifest {
  readonly written: JsonObject;
  readonly stored: JsonObject;
}

const UID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const List = z.object({ items: z.array(z.unknown()) });

/**
 * Keeps the objects of a real API server, on which no controller runs, as those of a simulated cluster: what its controllers
 * write is written to the server too. What tools write is not: each cluster is sent it by itself.
 */
export class Mirror {
  readonly #simulator: Cloud;
  readonly #admin: Cloud;
  /** As they were when both had them alike, by kind and name. */
  #seen = new Map<string, JsonObject>();
  /** UIDs of the server by those of the simulator. */
  readonly #uids = new Map<string, string>();
  /** The other way. */
  readonly #simulated = new Map<string, string>();

  constructor(simulator: Cloud, admin: Cloud) {
    this.#simulator = simulator;
    this.#admin = admin;
  }

  /** A value of the server with the UIDs of the simulator. */
  inSimulator(value: Json): Json {
    return withTexts(value, (text) => text.replaceAll(UID, (uid) => this.#simulated.get(uid) ?? uid));
  }

  /** Takes what the simulator has for what the server has: a tool has just written the same to both. */
  async accept(): Promise<void> {
    for (const { object, key } of await this.#objects(LASTING)) this.#seen.set(key, object);
  }

  /** Writes to the server what has changed in the simulator. `manifests` are created as they were written by people. */
  async sync(manifests: readonly Manifest[] = []): Promise<void> {
    const kinds = this.#seen.size === 0 ? KINDS : LASTING;
    const objects = await this.#objects(kinds);
    const keys = new Set(objects.map(({ key, object }) => (isSameObject(this.#seen.get(key), object) ? key : '')));
    for (const [key, object] of this.#seen)
      if (!keys.has(key) && kinds.some(({ kind }) => kind === object['kind'])) await this.#removed(key, object);
    for (const { kind, object, key } of objects) {
      const before = this.#seen.get(key) ?? (await this.#created(kind, object, manifests));
      await this.#changed(kind, before, object);
      this.#seen.set(key, object);
    }
  }

  async #objects(kinds: readonly Kind[]) {
    const found: { readonly kind: Kind; readonly key: string; readonly object: JsonObject }[] = [];
    for (const kind of kinds) {
      const { service, resource, inNone } = kind;
      const input = inNone === true ? {} : { namespace: COMPARED };
      const request = { service, command: `list ${resource}`, input };
      const items = await this.#simulator.send(request).then(
        (answer) => List.parse(answer).items.map((item) => objectIn(jsonOf(item))),
        // Of a custom kind there may be no object.
        () => [],
      );
      for (const item of items) {
        const object = { apiVersion: service, kind: kind.kind, ...item };
        found.push({ kind, object, key: `${service} ${resource} ${nameOf(object)}` });
      }
    }
    return found;
  }

  /** Creates an object. Returns the simulator's as far as the server has it now. */
  async #created(
    { service, resource, kind }: Kind,
    object: JsonObject,
    manifests: readonly Manifest[],
  ): Promise<JsonObject> {
    const manifest = manifests.find((one) => one.written['kind'] === kind && nameOf(one.written) === nameOf(object));
    const { written = object, stored = object } = manifest ?? {};
    const { name, namespace, labels, annotations } = objectIn(written['metadata']);
    const ownerReferences = valueAt(object, 'metadata', 'ownerReferences');
    const metadata = given({ name, namespace, labels, annotations, ownerReferences });
    const before = without({ ...stored, metadata: { ...objectIn(stored['metadata']), generation: 1 } }, 'status');
    const later = manifest === undefined ? risesOf(before, object) : 0;
    const body = withMinReady({ ...without(written, 'status'), metadata }, object, later);
    const created =
      kind === 'Node' ? await this.#taken(object) : await create(this.#admin, service, resource, this.#toServer(body));
    const uid = textIn(valueAt(object, 'metadata', 'uid'));
    if (uid !== undefined) {
      this.#uids.set(uid, created.metadata.uid);
      this.#simulated.set(created.metadata.uid, uid);
    }
    return before;
  }

  /** A node is there already, with its kubelet. The admission of the server has tainted it as not ready, and no controller takes that away. */
  async #taken(node: JsonObject): Promise<KubernetesObject> {
    const { labels = {} } = objectIn(node['metadata']);
    const body = { metadata: { labels }, spec: { taints: null } };
    const input = { contentType: 'application/merge-patch+json', body };
    return KubernetesObject.parse(await this.#send('v1', 'patch nodes', node, input));
  }

  async #changed(kind: Kind, before: JsonObject, now: JsonObject): Promise<void> {
    const { service, resource } = kind;
    const merge = (command: string, body: JsonObject) =>
      this.#send(service, command, now, { contentType: 'application/merge-patch+json', body: this.#toServer(body) });
    if (kind.kind === 'Pod') await this.#podChanged(before, now);
    else {
      const patch = mergePatchOf(writable(before), writable(now));
      const rises = risesOf(before, now);
      // The controller of a Deployment writes its annotations with the status.
      const target = kind.kind === 'Deployment' && rises === 0 ? `${resource}/status` : resource;
      const steps = Math.max(rises, Object.keys(patch).length > 0 ? 1 : 0);
      for (let left = steps - 1; left >= 0; left -= 1) {
        const body = left === steps - 1 ? patch : {};
        await merge(
          `patch ${target}`,
          rises > 1 || steps > Object.keys(patch).length ? withMinReady(body, now, left) : body,
        );
      }
    }
    const wasStatus = objectIn(before['status']);
    const status = objectIn(now['status']);
    // What the server counts down itself when a Pod is evicted or created is said again.
    const isCounted = kind.kind === 'ResourceQuota' || kind.kind === 'PodDisruptionBudget';
    if (kind.status === true && (isCounted || !isDeepStrictEqual(wasStatus, status)))
      await merge(`patch ${resource}/status`, { status: mergePatchOf(isCounted ? {} : wasStatus, status) });
    if (!isDeepStrictEqual(before, now)) await this.#manages(kind, now);
  }

  /** A Pod is put on a node by its binding, and ends by its deletion. */
  async #podChanged(before: JsonObject, now: JsonObject): Promise<void> {
    const node = valueAt(now, 'spec', 'nodeName');
    if (node !== undefined && valueAt(before, 'spec', 'nodeName') === undefined)
      await this.#send('v1', 'create pods/binding', now, {
        body: {
          apiVersion: 'v1',
          kind: 'Binding',
          metadata: { name: nameOf(now) },
          target: { kind: 'Node', name: node },
        },
      });
    const ends = (object: JsonObject) => valueAt(object, 'metadata', 'deletionTimestamp') !== undefined;
    if (ends(now) && !ends(before)) await this.#send('v1', 'delete pods', now, {});
  }

  /** Managed fields are as the simulator says. No entry of whoever writes here is left. */
  async #manages({ service, resource }: Kind, now: JsonObject): Promise<void> {
    const entries = listIn(valueAt(now, 'metadata', 'managedFields'));
    const value = entries.length === 0 ? [{}] : [...entries];
    const body = [{ op: 'add', path: '/metadata/managedFields', value }];
    await this.#send(service, `patch ${resource}`, now, { contentType: 'application/json-patch+json', body });
  }

  async #removed(key: string, object: JsonObject): Promise<void> {
    this.#seen.delete(key);
    const [service = '', resource = ''] = key.split(' ');
    const isPod = service === 'v1' && resource === 'pods';
    try {
      await this.#send(service, `delete ${resource}`, object, isPod ? { query: { gracePeriodSeconds: 0 } } : {});
    } catch (error) {
      if (!(error instanceof CloudError && error.code === 'NotFound')) throw error;
    }
  }

  #toServer(value: JsonObject): JsonObject {
    return objectIn(withTexts(value, (text) => text.replaceAll(UID, (uid) => this.#uids.get(uid) ?? uid)));
  }

  #send(service: string, command: string, object: JsonObject, input: JsonObject): Promise<unknown> {
    const namespace = textIn(valueAt(object, 'metadata', 'namespace'));
    const place = { ...(namespace !== undefined && { namespace }), name: nameOf(object) };
    return this.#admin.send({ service, command, input: { ...place, ...input } });
  }
}

/** Whether an object is the very one that was seen, and no other of its name. */
const isSameObject = (seen: JsonObject | undefined, now: JsonObject): boolean =>
  seen !== undefined && valueAt(seen, 'metadata', 'uid') === valueAt(now, 'metadata', 'uid');

const nameOf = (object: JsonObject): string => textIn(valueAt(object, 'metadata', 'name')) ?? '';

const given = (fields: Readonly<Record<string, Json | undefined>>): JsonObject =>
  Object.fromEntries(Object.entries(fields).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));

/** What others than the server write, besides the status. */
const writable = (object: JsonObject): JsonObject => {
  const { labels, annotations } = objectIn(object['metadata']);
  return { ...without(object, 'status', 'metadata'), metadata: given({ labels, annotations }) };
};

const generationOf = (object: JsonObject): number => {
  const generation = valueAt(object, 'metadata', 'generation');
  return typeof generation === 'number' ? generation : 1;
};

/** By how much the generation of a workload has risen. */
const risesOf = (before: JsonObject, now: JsonObject): number =>
  now['apiVersion'] === 'apps/v1' ? generationOf(now) - generationOf(before) : 0;

/** With another value of a field that no tool reads: the generation rises with each change of a specification. */
const withMinReady = (body: JsonObject, object: JsonObject, more: number): JsonObject => {
  if (object['apiVersion'] !== 'apps/v1' || object['kind'] === 'ControllerRevision') return body;
  const minReadySeconds = valueAt(object, 'spec', 'minReadySeconds');
  const own = typeof minReadySeconds === 'number' ? minReadySeconds : 0;
  return { ...body, spec: { ...objectIn(body['spec']), minReadySeconds: own + more } };
};

/** A JSON merge patch (RFC 7386) that makes the one of the other. */
const mergePatchOf = (before: JsonObject, after: JsonObject): JsonObject =>
  Object.fromEntries([
    ...Object.keys(before).flatMap((key): [string, Json][] => (key in after ? [] : [[key, null]])),
    ...Object.entries(after).flatMap(([key, value]): [string, Json][] => {
      const old = before[key];
      if (isDeepStrictEqual(old, value)) return [];
      return [[key, isObject(old) && isObject(value) ? mergePatchOf(old, value) : value]];
    }),
  ]);
