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
