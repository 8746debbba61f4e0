import { nanosOf } from '../../../lambdas/tools/kubernetes/quantity.ts';
import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import { isSame, listIn, objectIn, quantityIn, textIn, valueAt } from './json.ts';
import { invalid } from './refusal.ts';
import { qualified, resourceOf } from './resources.ts';

/** A value that the API server refuses, and where. */
interface Fault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Refuses, as the API server does, a change after which an object could not be stored. */
export const assertValid = (before: JsonObject, after: JsonObject): void => {
  const selectors = [before, after].map((one) => valueAt(one, 'spec', 'selector'));
  const moved = after['kind'] !== 'Service' && selectors[0] !== undefined && !isSame(selectors[0], selectors[1]);
  const faults = [
    ...replicaFaults(after),
    ...boundsFaults(after),
    ...sealedFaults(before, after),
    ...resourceFaults(after),
    ...(moved
      ? [{ path: ['spec', 'selector'], message: `Invalid value: ${JSON.stringify(selectors[1])}: field is immutable` }]
      : []),
  ];
  if (faults.length === 0) return;
  const kind = qualified(textIn(after['kind']) ?? '', resourceOf(after).service);
  const shown = faults.map(({ path, message }) => ({ field: shownField(path), message }));
  throw invalid(kind, textIn(valueAt(after, 'metadata', 'name')) ?? '', shown);
};

const replicaFaults = (object: JsonObject): Fault[] => {
  const replicas = valueAt(object, 'spec', 'replicas');
  if (typeof replicas !== 'number' || replicas >= 0) return [];
  return [{ path: ['spec', 'replicas'], message: `Invalid value: ${replicas}: must be greater than or equal to 0` }];
};

/** Bounds of an autoscaler that it cannot keep. */
const boundsFaults = (object: JsonObject): Fault[] => {
  const [min, max] = ['minReplicas', 'maxReplicas'].map((field) => valueAt(object, 'spec', field));
  if (object['kind'] !== 'HorizontalPodAutoscaler' || typeof min !== 'number' || typeof max !== 'number') return [];
  const fault = (field: string, message: string): Fault => ({ path: ['spec', field], message });
  const below = (value: number, least: string): string =>
    `Invalid value: ${value}: must be greater than or equal to ${least}`;
  const needsPods = listIn(valueAt(object, 'spec', 'metrics')).every((metric) =>
    ['Resource', 'ContainerResource', 'Pods'].includes(textIn(objectIn(metric)['type']) ?? ''),
  );
  return [
    ...(min < 1 ? [fault('minReplicas', below(min, '1'))] : []),
    ...(max === 0 ? [fault('maxReplicas', 'Required value: must be set and greater than 0')] : []),
    ...(max < 0 ? [fault('maxReplicas', below(max, '1'))] : []),
    ...(max < min ? [fault('maxReplicas', below(max, '`minReplicas`'))] : []),
    ...(min === 0 && needsPods
      ? [
          fault(
            'metrics',
            'Forbidden: must specify at least one Object or External metric to support scaling to zero replicas',
          ),
        ]
      : []),
  ];
};

/** Fields of a ConfigMap that says that nobody may change it. */
const sealedFaults = (before: JsonObject, after: JsonObject): Fault[] => {
  if (after['kind'] !== 'ConfigMap' || before['immutable'] !== true) return [];
  return ['immutable', 'data', 'binaryData']
    .filter((field) => !isSame(before[field], after[field]))
    .map((field) => ({ path: [field], message: 'Forbidden: field is immutable when `immutable` is set' }));
};

/** Requests above their limits, in the template or the Pod. */
export const resourceFaults = (object: JsonObject): Fault[] => {
  const path = object['kind'] === 'Pod' ? ['spec'] : ['spec', 'template', 'spec'];
  return listIn(valueAt(object, ...path, 'containers')).flatMap((container, n) => {
    const resources = objectIn(objectIn(container)['resources']);
    const limits = objectIn(resources['limits']);
    return Object.entries(objectIn(resources['requests'])).flatMap(([name, request]) => {
      const limit = textIn(limits[name]);
      if (limit === undefined || nanosOf(quantityIn(request)) <= nanosOf(limit)) return [];
      const message = `Invalid value: "${quantityIn(request)}": must be less than or equal to ${name} limit of ${limit}`;
      return [{ path: [...path, 'containers', n, 'resources', 'requests'], message }];
    });
  });
};

const shownField = (path: readonly (string | number)[]): string =>
  path.map((part, n) => (typeof part === 'number' ? `[${part}]` : n === 0 ? part : `.${part}`)).join('');
