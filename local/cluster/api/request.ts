import type { Json, JsonObject } from '../../../lambdas/contracts/json.ts';
import type { ClusterRequest } from '../../../lambdas/providers/kubernetes/call.ts';
import { notFound, StatusRefusal } from '../objects/refusal.ts';
import { qualified, RESOURCES, simulatedResource, type Resource } from '../objects/resources.ts';
import type { ClusterState } from '../state.ts';

/** What the API server answers. */
export interface Answer {
  readonly status: number;
  readonly body: Json;
}

/** Group and version of a request, as `apiVersion` has it. */
export const serviceOf = ({ call: { group, version } }: ClusterRequest): string =>
  group === '' ? version : `${group}/${version}`;

/** The resource of a request. Refused where the server has no such API. */
export const resourceOfRequest = ({ store }: ClusterState, request: ClusterRequest): Resource => {
  const service = serviceOf(request);
  const { resource } = request.call;
  const found = simulatedResource(service, resource) ?? store.knows(service, resource);
  if (found === undefined) {
    const hasGroup = Object.values(RESOURCES).some((one) => one.service === service);
    const says = hasGroup ? 'the server could not find the requested resource' : '404 page not found\n';
    throw new StatusRefusal(404, 'NotFound', says, hasGroup ? {} : undefined);
  }
  return found;
};

/** The object that a request names. */
export const namedObject = (state: ClusterState, request: ClusterRequest): JsonObject => {
  const resource = resourceOfRequest(state, request);
  const { namespace = '', name = '' } = request;
  const found = state.store.get(resource, namespace, name);
  if (found === undefined) throw notFound({ resource: qualified(resource.resource, resource.service), name });
  return found;
};

/** Whether a request is a dry run: only `dryRun=All` in the query is one. */
export const isDryRun = ({ query, call: { verb } }: Pick<ClusterRequest, 'query' | 'call'>): boolean => {
  const { dryRun } = query;
  if (dryRun === undefined) return false;
  if (dryRun === 'All') return true;
  const kind = verb === 'create' ? 'CreateOptions' : 'PatchOptions';
  const message = `Unsupported value: ["${String(dryRun)}"]: supported values: "All"`;
  const causes = [{ reason: 'FieldValueNotSupported', message, field: 'dryRun' }];
  throw new StatusRefusal(422, 'Invalid', `${kind}.meta.k8s.io "" is invalid: dryRun: ${message}`, {
    group: 'meta.k8s.io',
    kind,
    causes,
  });
};

/** A parameter of the query as a text. */
export const parameter = ({ query }: ClusterRequest, name: string): string | undefined => {
  const value = query[name];
  return value === undefined ? undefined : String(value);
};
