import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import type { ClusterRequest } from '../../../lambdas/providers/kubernetes/call.ts';
import { jsonPatched } from '../fields/json-patch.ts';
import { mergePatched, strategicallyPatched } from '../fields/merge.ts';
import { appliedBy, updatedBy } from '../fields/ownership.ts';
import { withDefaults, withServerCounts } from '../objects/defaults.ts';
import { isObject, isSame, objectIn, textIn, valueAt, withValue } from '../objects/json.ts';
import { conflict, invalid, StatusRefusal } from '../objects/refusal.ts';
import { qualified, type Resource } from '../objects/resources.ts';
import { assertValid } from '../objects/validation.ts';
import { CheckreinError } from '../../../lambdas/contracts/errors.ts';
import { assertClaimGrows } from '../admission/claims.ts';
import type { Admit } from '../admission/one-change.ts';
import type { ClusterState } from '../state.ts';
import { isDryRun, namedObject, parameter, resourceOfRequest, type Answer } from './request.ts';

/** Patches an object by JSON patch, merge patch, strategic merge patch or server-side apply. */
export const patchObject = (state: ClusterState, request: ClusterRequest, admit: Admit): Answer => {
  const resource = resourceOfRequest(state, request);
  const isApply = request.contentType?.startsWith('application/apply-patch') === true;
  const { namespace = '', name = '' } = request;
  if (isApply && state.store.get(resource, namespace, name) === undefined)
    return applyNew(state, request, resource, admit);
  const before = namedObject(state, request);
  const after = isApply ? applied(state, request, before) : updated(state, request, before);
  assertSame(before, after, { resource: qualified(resource.resource, resource.service), name });
  assertValid(before, after);
  assertClaimGrows(state, before, after);
  const { store } = state;
  admit({ operation: 'UPDATE', request, object: store.changed(before, after), oldObject: before });
  return { status: 200, body: isDryRun(request) ? predicted(state, before, after) : store.replace(before, after) };
};

/** What a dry run answers: the version stays, since nothing is stored. */
const predicted = ({ store }: ClusterState, before: JsonObject, after: JsonObject): JsonObject =>
  withValue(
    store.changed(before, after),
    ['metadata', 'resourceVersion'],
    valueAt(before, 'metadata', 'resourceVersion'),
  );

const updated = (state: ClusterState, request: ClusterRequest, before: JsonObject): JsonObject => {
  const after = patched(request, before);
  const manager = parameter(request, 'fieldManager') ?? 'checkrein';
  return withServerCounts(before, updatedBy({ manager, operation: 'Update' }, before, complete(after), state.now));
};

const patched = ({ contentType, body = null }: ClusterRequest, before: JsonObject): JsonObject => {
  switch (contentType) {
    case 'application/json-patch+json':
      return objectIn(jsonPatched(before, body));
    case 'application/merge-patch+json':
      return objectIn(mergePatched(before, body));
    case 'application/strategic-merge-patch+json':
      return strategicallyPatched(before, objectIn(body));
    default:
      throw new StatusRefusal(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
  }
};

const applied = (state: ClusterState, request: ClusterRequest, before: JsonObject): JsonObject => {
  const { manager, given } = applyOf(request);
  const force = parameter(request, 'force') === 'true';
  return withServerCounts(before, appliedBy(manager, before, given, { force, now: state.now, complete }));
};

const applyOf = (request: ClusterRequest): { readonly manager: string; readonly given: JsonObject } => {
  const manager = parameter(request, 'fieldManager');
  if (manager === undefined)
    throw new StatusRefusal(
      422,
      'Invalid',
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    );
  const { body } = request;
  if (!isObject(body) || body['apiVersion'] === undefined || body['kind'] === undefined)
    throw new StatusRefusal(400, 'BadRequest', 'error decoding patch: it has no apiVersion or no kind');
  return { manager, given: body };
};

/** An apply of an object that is not there creates it. */
const applyNew = (state: ClusterState, request: ClusterRequest, resource: Resource, admit: Admit): Answer => {
  const { manager, given } = applyOf(request);
  const { namespace = '', name = '' } = request;
  const metadata = { ...objectIn(given['metadata']), name, ...(resource.namespaced && { namespace }) };
  const wanted = { ...given, metadata };
  const empty = { apiVersion: resource.service, kind: resource.kind, metadata };
  const object = appliedBy(manager, empty, wanted, { force: false, now: state.now, complete });
  assertValid({}, object);
  admit({ operation: 'CREATE', request, object });
  const { store, now } = state;
  const made = isDryRun(request) ? store.prepared(object, now) : store.create(object, now);
  return { status: 201, body: isDryRun(request) ? withValue(made, ['metadata', 'resourceVersion'], undefined) : made };
};

/** With the server's defaults. Its words for a quantity that cannot be read. */
const complete = (object: JsonObject): JsonObject => {
  try {
    return withDefaults(object);
  } catch (error) {
    if (!(error instanceof CheckreinError)) throw error;
    const says = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
    throw new StatusRefusal(422, 'Invalid', ` "" is invalid: patch: Invalid value: ${says}`);
  }
};

/** An object does not become another one, and a stale resourceVersion is refused. */
const assertSame = (
  before: JsonObject,
  after: JsonObject,
  at: { readonly resource: string; readonly name: string },
): void => {
  const of = (object: JsonObject, field: string) => textIn(valueAt(object, 'metadata', field));
  const uid = of(after, 'uid');
  if (uid !== of(before, 'uid')) {
    const kind = qualified(textIn(before['kind']) ?? '', textIn(before['apiVersion']) ?? '');
    throw invalid(kind, at.name, [
      { field: 'metadata.uid', message: `Invalid value: "${uid ?? ''}": field is immutable` },
    ]);
  }
  const version = of(after, 'resourceVersion');
  if (version !== undefined && version !== '' && version !== of(before, 'resourceVersion')) throw conflict(at);
  if (of(after, 'name') !== at.name)
    throw new StatusRefusal(400, 'BadRequest', 'the name of the object does not match the name on the URL');
};

/** Reads or changes the number of Pods alone. */
export const scaleObject = (state: ClusterState, request: ClusterRequest, admit: Admit): Answer => {
  const before = namedObject(state, request);
  if (request.call.verb === 'get') return { status: 200, body: scaleOf(before) };
  const scale = patched(request, scaleOf(before));
  const replicas = valueAt(scale, 'spec', 'replicas');
  if (!isSame(valueAt(scale, 'metadata', 'resourceVersion'), valueAt(before, 'metadata', 'resourceVersion')))
    throw conflict({ resource: request.call.resource, name: request.name ?? '' });
  const manager = parameter(request, 'fieldManager') ?? 'checkrein';
  const wanted = withValue(before, ['spec', 'replicas'], replicas ?? 0);
  const after = updatedBy({ manager, operation: 'Update', subresource: 'scale' }, before, wanted, state.now);
  assertValid(before, after);
  const { store } = state;
  admit({ operation: 'UPDATE', request, object: scaleOf(store.changed(before, after)), oldObject: scaleOf(before) });
  return {
    status: 200,
    body: scaleOf(isDryRun(request) ? predicted(state, before, after) : store.replace(before, after)),
  };
};

const scaleOf = (object: JsonObject): JsonObject => {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = objectIn(object['metadata']);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: Object.fromEntries(
      Object.entries({ name, namespace, uid, resourceVersion, creationTimestamp }).flatMap(([key, value]) =>
        value === undefined ? [] : [[key, value]],
      ),
    ),
    spec: { replicas: valueAt(object, 'spec', 'replicas') ?? 0 },
    status: { replicas: valueAt(object, 'status', 'replicas') ?? 0 },
  };
};
