import type { Json, JsonObject } from '../../../lambdas/contracts/json.ts';
import { isObject, listIn } from '../objects/json.ts';
import { view, type Pod, type Workload } from '../objects/views.ts';
import { withDefaults } from '../objects/defaults.ts';

const WORKLOADS: ReadonlySet<Json | undefined> = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);

/** The object as a workload of which pods are made; undefined if it is of another kind. */
export const workloadOf = (object: JsonObject | undefined): Workload | undefined =>
  object !== undefined && WORKLOADS.has(object['kind']) ? view.workload(withDefaults(object)) : undefined;

/** What the pods of a workload are made from, or what a Pod itself is. */
export const podSpecOf = (object: JsonObject | undefined): Pod['spec'] | undefined =>
  object?.['kind'] === 'Pod' ? view.pod(withDefaults(object)).spec : workloadOf(object)?.spec.template.spec;

/** Every image in manifests and patches. */
export const imageNames = (values: readonly Json[]): ReadonlySet<string> => new Set(values.flatMap(imagesIn));

const imagesIn = (value: Json): string[] => {
  if (!isObject(value)) return listIn(value).flatMap(imagesIn);
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'image' && typeof inner === 'string' ? [inner] : imagesIn(inner),
  );
};
