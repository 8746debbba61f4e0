import { FIELD_MANAGER } from '../../../contracts/clusters.ts';
import type { Json, JsonObject } from '../../../contracts/json.ts';
import type { Cloud } from '../../../contracts/ports.ts';
import { callCluster, type Place } from '../call-cluster.ts';
import { KINDS } from '../input.ts';
import { Workload, type WorkloadKind } from '../workload.ts';

/** One operation of a JSON patch (RFC 6902). */
export type PatchOperation =
  | { readonly op: 'test' | 'replace' | 'add'; readonly path: string; readonly value: Json }
  | { readonly op: 'remove'; readonly path: string };

/** Which workload is written. */
export interface WorkloadPlace extends Place {
  readonly kind: WorkloadKind;
  readonly name: string;
}

/** Whether the cluster makes a write, or only says what would come of it. */
type Write = 'dry-run' | 'real';

const queryOf = (write: Write): JsonObject => ({
  fieldManager: FIELD_MANAGER,
  // In the query: an API server overlooks a dry run that only the body asks for.
  ...(write === 'dry-run' && { dryRun: 'All' }),
});

/** A JSON pointer (RFC 6901) to a field. */
export const pointer = (...keys: readonly (string | number)[]): string =>
  keys.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** Sends a JSON patch. Returns the workload as it is, or as it would be, after it. */
export const patchWorkload = (
  change: Cloud,
  { kind, ...place }: WorkloadPlace,
  operations: readonly PatchOperation[],
  write: Write,
): Promise<Workload> => {
  const { cluster, namespace, name } = place;
  const body = operations.map((operation) => ({ ...operation }));
  const input = { cluster, namespace, name, query: queryOf(write), contentType: 'application/json-patch+json', body };
  return callCluster(change, { service: 'apps/v1', command: `patch ${kind}`, input }, Workload);
};

/**
 * Asks by a server-side apply, not forced and as a dry run, for the fields that a change wants. The server refuses it as a
 * Conflict that names whoever owns one of them.
 */
export const applyAsDryRun = (
  change: Cloud,
  { kind, ...place }: WorkloadPlace,
  intent: JsonObject,
): Promise<Workload> => {
  const { cluster, namespace, name } = place;
  const body = { apiVersion: 'apps/v1', kind: KINDS[kind], metadata: { name, namespace }, ...intent };
  const input = {
    cluster,
    namespace,
    name,
    query: queryOf('dry-run'),
    contentType: 'application/apply-patch+yaml',
    body,
  };
  return callCluster(change, { service: 'apps/v1', command: `patch ${kind}`, input }, Workload);
};

/** Holds only for the very workload that was read, and only as long as nobody has written it since. */
export const asRead = ({ metadata: { uid, resourceVersion } }: Workload): readonly PatchOperation[] => [
  { op: 'test', path: '/metadata/uid', value: uid },
  { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
];
