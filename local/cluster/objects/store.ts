import { CheckreinError } from '../../../lambdas/contracts/errors.ts';
import type { Json, JsonObject } from '../../../lambdas/contracts/json.ts';
import { uuid } from '../../account/uuid.ts';
import { isSame, objectIn, textIn, timeText, valueAt, withValue } from './json.ts';
import { RESOURCES, resourceOf, type Resource } from './resources.ts';

/** The objects of a cluster, with what the API server itself keeps: uid, generation, resourceVersion, creation. */
export class Store {
  readonly #objects = new Map<string, JsonObject>();
  readonly #seed: string;
  #version = 1000;
  #created = 0;
  /** Rises with every change of an object that is not an event. Controllers work when it has risen. */
  changes = 0;

  constructor(seed: string) {
    this.#seed = seed;
  }

  get resourceVersion(): string {
    return String(this.#version);
  }

  get(resource: Resource, namespace: string, name: string): JsonObject | undefined {
    return this.#objects.get(keyOf(resource, namespace, name));
  }

  all(): Iterable<JsonObject> {
    return this.#objects.values();
  }

  /** The object as it is now; undefined once it is deleted. */
  current(object: JsonObject): JsonObject | undefined {
    return this.#objects.get(ownKey(object));
  }

  /** Objects of a kind, by name; of all namespaces without one. */
  list(resource: Resource, namespace?: string): JsonObject[] {
    const start = `${resource.service} ${resource.resource} ${namespace === undefined ? '' : `${namespace} `}`;
    return [...this.#objects].flatMap(([key, object]) => (key.startsWith(start) ? [object] : []));
  }

  /** The resource of this name of which there is an object, e.g. of a custom kind. */
  knows(service: string, resource: string): Resource | undefined {
    for (const object of this.#objects.values()) {
      const one = resourceOf(object);
      if (one.service === service && one.resource === resource) return one;
    }
    return undefined;
  }

  /** The object as it would be stored first. */
  prepared(object: JsonObject, now: number): JsonObject {
    this.#created += 1;
    const metadata = objectIn(object['metadata']);
    const name = textIn(metadata['name']) ?? '';
    const given = {
      uid: uuid(`${this.#seed}/${ownKey(object)}/${this.#created}`),
      creationTimestamp: timeText(now),
      ...(hasSpec(object) && { generation: 1 }),
    };
    return { ...object, metadata: { name, ...given, ...metadata, resourceVersion: String(this.#version + 1) } };
  }

  create(object: JsonObject, now: number): JsonObject {
    const stored = this.prepared(object, now);
    this.#put(stored);
    return stored;
  }

  /**
   * The object as it would be stored after a change. The generation rises with the spec, as in Kubernetes; of a Deployment with
   * its annotations too, unless they are written with its status.
   */
  changed(before: JsonObject, after: JsonObject, withStatus = false): JsonObject {
    if (isSame(before, after)) return before;
    const generation = valueAt(before, 'metadata', 'generation');
    const rises = raisesGeneration(before, after, withStatus) && typeof generation === 'number';
    const kept = after['kind'] === 'Pod' ? valueAt(after, 'metadata', 'generation') : generation;
    const raised = withValue(after, ['metadata', 'generation'], rises ? generation + 1 : kept);
    return withValue(raised, ['metadata', 'resourceVersion'], String(this.#version + 1));
  }

  /** Stores a change; nothing happens if nothing differs. */
  replace(before: JsonObject, after: JsonObject, withStatus = false): JsonObject {
    const stored = this.changed(before, after, withStatus);
    if (stored === before) return before;
    if (this.current(before) === undefined) throw gone(before);
    this.#put(stored);
    return stored;
  }

  /** Changes a part of an object as it is now, e.g. its status. */
  set(object: JsonObject, path: readonly string[], value: Json): void {
    const now = this.current(object);
    if (now !== undefined) this.replace(now, withValue(now, path, value));
  }

  delete(object: JsonObject): void {
    if (this.#objects.delete(ownKey(object))) this.#changed(object);
  }

  #put(object: JsonObject): void {
    this.#objects.set(ownKey(object), object);
    this.#changed(object);
  }

  #changed(object: JsonObject): void {
    this.#version += 1;
    if (object['kind'] !== RESOURCES.events.kind) this.changes += 1;
  }
}

const keyOf = ({ service, resource, namespaced }: Resource, namespace: string, name: string): string =>
  `${service} ${resource} ${namespaced ? namespace : '-'} ${name}`;

const ownKey = (object: JsonObject): string =>
  keyOf(
    resourceOf(object),
    textIn(valueAt(object, 'metadata', 'namespace')) ?? '',
    textIn(valueAt(object, 'metadata', 'name')) ?? '',
  );

const raisesGeneration = (before: JsonObject, after: JsonObject, withStatus: boolean): boolean => {
  // The spec of a Pod changes when it is put on a node, which does not count.
  if (after['kind'] === 'Pod') return false;
  const annotations = [before, after].map((object) => valueAt(object, 'metadata', 'annotations'));
  return (
    !isSame(before['spec'], after['spec']) ||
    (after['kind'] === 'Deployment' && !withStatus && !isSame(annotations[0], annotations[1]))
  );
};

const NO_GENERATION: ReadonlySet<string> = new Set([
  'Event',
  'ConfigMap',
  'Namespace',
  'Node',
  'HorizontalPodAutoscaler',
  'ResourceQuota',
  'LimitRange',
  'PersistentVolumeClaim',
]);
const hasSpec = (object: JsonObject): boolean => 'spec' in object && !NO_GENERATION.has(textIn(object['kind']) ?? '');

const gone = (object: JsonObject): CheckreinError =>
  new CheckreinError(
    'InternalFailure',
    `simulated cluster: ${ownKey(object)} is gone`,
    'This is a bug in the simulator.',
  );
