import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import type { ClusterRequest } from '../../../lambdas/providers/kubernetes/call.ts';
import { StatusRefusal } from '../objects/refusal.ts';
import { fieldSelector, labelSelector } from '../objects/selectors.ts';
import { timeText, without } from '../objects/json.ts';
import { RESOURCES, simulatedResource } from '../objects/resources.ts';
import { view } from '../objects/views.ts';
import { usageOf } from '../pods/metrics.ts';
import type { ClusterState } from '../state.ts';
import { namedObject, parameter, resourceOfRequest, serviceOf, type Answer } from './request.ts';

/** One object. */
export const getObject = (state: ClusterState, request: ClusterRequest): Answer => ({
  status: 200,
  body: isMetrics(request) ? metricsNamed(state, request) : namedObject(state, request),
});

/** Objects of a kind, by page. */
export const listObjects = (state: ClusterState, request: ClusterRequest): Answer => {
  const { kind, objects: all } = isMetrics(request) ? allMetrics(state, request) : stored(state, request);
  const objects = all.toSorted((one, other) => (nameIn(one) < nameIn(other) ? -1 : 1));
  const labels = labelSelector(parameter(request, 'labelSelector') ?? '');
  const fields = fieldSelector(parameter(request, 'fieldSelector') ?? '');
  const found = objects.filter((one) => labels(view.any(one).metadata.labels) && fields(one));
  const from = Number(parameter(request, 'continue') ?? 0);
  const limit = Number(parameter(request, 'limit') ?? 0) || found.length;
  if (!Number.isInteger(from) || !Number.isInteger(limit))
    throw new StatusRefusal(400, 'BadRequest', 'continue or limit is not valid');
  const left = found.length - from - limit;
  const metadata = {
    resourceVersion: state.store.resourceVersion,
    // Lists of custom kinds say that nothing is left, those of others leave it out.
    ...(simulatedResource(serviceOf(request), request.call.resource) === undefined && { continue: '' }),
    ...(left > 0 && { continue: String(from + limit), remainingItemCount: left }),
  };
  // Items of a list have no kind of their own, as in Kubernetes.
  const items = found.slice(from, from + limit).map((item) => without(item, 'apiVersion', 'kind'));
  return { status: 200, body: { kind: `${kind}List`, apiVersion: serviceOf(request), metadata, items } };
};

const stored = (state: ClusterState, request: ClusterRequest) => {
  const resource = resourceOfRequest(state, request);
  const objects = state.store.list(resource, resource.namespaced ? request.namespace : undefined);
  return { kind: resource.kind, objects };
};

const nameIn = (object: JsonObject): string => {
  const { namespace, name } = view.any(object).metadata;
  return `${namespace}/${name}`;
};

const isMetrics = (request: ClusterRequest): boolean => serviceOf(request) === 'metrics.k8s.io/v1beta1';

const allMetrics = (state: ClusterState, { call, namespace }: ClusterRequest) => {
  if (call.resource !== 'pods')
    throw new StatusRefusal(404, 'NotFound', 'the server could not find the requested resource', {});
  const objects = state.store.list(RESOURCES.pods, namespace).flatMap((pod): JsonObject[] => {
    const metrics = metricsOf(state, pod);
    return metrics === undefined ? [] : [metrics];
  });
  return { kind: 'PodMetrics', objects };
};

const metricsNamed = (state: ClusterState, request: ClusterRequest): JsonObject => {
  const { namespace = '', name = '' } = request;
  const pod = state.store.get(RESOURCES.pods, namespace, name);
  const metrics = pod === undefined ? undefined : metricsOf(state, pod);
  if (metrics !== undefined) return metrics;
  throw new StatusRefusal(404, 'NotFound', `podmetrics.metrics.k8s.io "${namespace}/${name}" not found`);
};

/** What the metrics server knows of a Pod: undefined while not all of its containers run. */
const metricsOf = (state: ClusterState, pod: JsonObject): JsonObject | undefined => {
  const { metadata, spec } = view.pod(pod);
  const run = state.runs.get(metadata.uid);
  const used = run === undefined ? [] : usageOf(state, run);
  if (used.length < spec.containers.length) return undefined;
  return {
    kind: 'PodMetrics',
    apiVersion: 'metrics.k8s.io/v1beta1',
    metadata: {
      name: metadata.name,
      namespace: metadata.namespace,
      creationTimestamp: timeText(state.now),
      labels: metadata.labels,
    },
    timestamp: timeText(state.now),
    window: '15s',
    containers: used.map(({ name, millicores, bytes }) => ({
      name,
      usage: { cpu: `${Math.round(millicores * 1_000_000)}n`, memory: `${Math.round(bytes / 1024)}Ki` },
    })),
  };
};
