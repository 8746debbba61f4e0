import type { Json, JsonObject } from '../../../contracts/json.ts';
import { digestOf } from '../../../kernel/trace/canonical.ts';

/** The label by which a ReplicaSet tells its pods from those of others. A Deployment's template does not have it. */
const HASH = 'pod-template-hash';

/** A template as a workload has it: without what controllers add to the copy that a revision keeps. */
export const ownTemplate = (kept: JsonObject): JsonObject => {
  // How a ControllerRevision says that it holds a whole template.
  const template = without(kept, '$patch');
  const { metadata } = template;
  if (!isObject(metadata) || !isObject(metadata['labels'])) return template;
  return { ...template, metadata: { ...metadata, labels: without(metadata['labels'], HASH) } };
};

/**
 * What identifies a template, whatever its revision is numbered. Of its values, which may be secrets, nobody can read any
 * off it.
 */
export const templateDigest = (template: JsonObject): string => digestOf(withoutNulls(ownTemplate(template)));

/** A template without one of its annotations, and that annotation. */
export const apartFrom = (
  template: JsonObject,
  annotation: string,
): { readonly rest: JsonObject; readonly value: string | null } => {
  const { metadata } = template;
  if (!isObject(metadata) || !isObject(metadata['annotations'])) return { rest: template, value: null };
  const { annotations, ...others } = metadata;
  const value = annotations[annotation];
  const left = without(annotations, annotation);
  // The API server leaves out a map that is empty.
  const kept = Object.keys(left).length === 0 ? others : { ...others, annotations: left };
  return { rest: { ...template, metadata: kept }, value: typeof value === 'string' ? value : null };
};

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const without = (object: JsonObject, name: string): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));

/** A field that is null is not set; older servers wrote `creationTimestamp: null`. */
const withoutNulls = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (inner === null ? [] : [[key, withoutNulls(inner)]])),
  );
};
