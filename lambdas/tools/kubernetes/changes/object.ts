import type * as z from 'zod';
import { FIELD_MANAGER } from '../../../contracts/clusters.ts';
import type { Json, JsonObject } from '../../../contracts/json.ts';
import type { Cloud } from '../../../contracts/ports.ts';
import { callCluster } from '../call-cluster.ts';
import type { Metadata } from '../objects.ts';

/** What every object that is changed has. */
export interface AnyObject {
  readonly metadata: Metadata;
}

/** A kind of object that tools change: where its API has it, what it is called there, and what tools read of it. */
export interface ObjectKind<T extends AnyObject> {
  /** Group and version, e.g. `apps/v1`. */
  readonly service: string;
  /** In lower-case plural, e.g. `deployments`. */
  readonly resource: string;
  readonly kind: string;
  readonly schema: z.ZodType<T>;
}

/** Which object. One that is in no namespace, as a node, names none. */
export interface ObjectPlace {
  readonly cluster: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** One operation of a JSON patch (RFC 6902). */
export type PatchOperation =
  | { readonly op: 'test' | 'replace' | 'add'; readonly path: string; readonly value: Json }
  | { readonly op: 'remove'; readonly path: string };

/** Whether the cluster makes a write, or only says what would come of it. */
type Write = 'dry-run' | 'real';

const queryOf = (write: Write): JsonObject => ({
  fieldManager: FIELD_MANAGER,
  // In the query: an API server overlooks a dry run that only the body asks for.
  ...(write === 'dry-run' && { dryRun: 'All' }),
});

const namespaceIn = ({ namespace }: ObjectPlace) => namespace !== undefined && { namespace };

const inputOf = (place: ObjectPlace): JsonObject => {
  const { cluster, name } = place;
  return { cluster, ...namespaceIn(place), name };
};

/** A JSON pointer (RFC 6901) to a field. */
export const pointer = (...keys: readonly (string | number)[]): string =>
  keys.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** Reads one object. */
export const readObject = <T extends AnyObject>(
  cloud: Cloud,
  { service, resource, schema }: ObjectKind<T>,
  place: ObjectPlace,
): Promise<T> => callCluster(cloud, { service, command: `get ${resource}`, input: inputOf(place) }, schema);

/** Sends a JSON patch. Returns the object as it is, or as it would be, after it. */
export const patchObject = <T extends AnyObject>(
  change: Cloud,
  { service, resource, schema }: ObjectKind<T>,
  place: ObjectPlace,
  operations: readonly PatchOperation[],
  write: Write,
): Promise<T> => {
  const body = operations.map((operation) => ({ ...operation }));
  const input = { ...inputOf(place), query: queryOf(write), contentType: 'application/json-patch+json', body };
  return callCluster(change, { service, command: `patch ${resource}`, input }, schema);
};

/**
 * Asks by a server-side apply, not forced and as a dry run, for the fields that a change wants. The server refuses it as a
 * Conflict that names whoever owns one of them.
 */
export const applyAsDryRun = <T extends AnyObject>(
  change: Cloud,
  { service, resource, kind, schema }: ObjectKind<T>,
  place: ObjectPlace,
  intent: JsonObject,
): Promise<T> => {
  const body = { apiVersion: service, kind, metadata: { name: place.name, ...namespaceIn(place) }, ...intent };
  const query = queryOf('dry-run');
  const input = { ...inputOf(place), query, contentType: 'application/apply-patch+yaml', body };
  return callCluster(change, { service, command: `patch ${resource}`, input }, schema);
};

/** Holds only for the very object that was read, and only as long as nobody has written it since. */
export const asRead = ({ metadata: { uid, resourceVersion } }: AnyObject): readonly PatchOperation[] => [
  { op: 'test', path: '/metadata/uid', value: uid },
  { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
];
