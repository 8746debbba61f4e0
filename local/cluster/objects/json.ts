import { isDeepStrictEqual } from 'node:util';
import type { Json, JsonObject } from '../../../lambdas/contracts/json.ts';

/** Whether a value is a JSON object. */
export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value as an object; an empty one if it is not an object. */
export const objectIn = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});

/** The value as a list; an empty one if it is not a list. */
export const listIn = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

/** The value as a text; undefined if it is not a text. */
export const textIn = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined);

/** The value at a path of field names; undefined where the path ends early. */
export const valueAt = (value: Json | undefined, ...path: readonly string[]): Json | undefined =>
  path.reduce<Json | undefined>((inner, key) => (isObject(inner) ? inner[key] : undefined), value);

/** A copy with another value at a path; undefined removes the field. */
export const withValue = (object: JsonObject, path: readonly string[], value: Json | undefined): JsonObject => {
  const [first, ...rest] = path;
  if (first === undefined) return object;
  const { [first]: before, ...others } = object;
  const inner = rest.length === 0 ? value : withValue(objectIn(before), rest, value);
  return inner === undefined ? others : { ...object, [first]: inner };
};

/** Whether two values are the same JSON. */
export const isSame = (one: Json | undefined, other: Json | undefined): boolean => isDeepStrictEqual(one, other);

/** An object without the fields whose value is undefined, or 0 as Go leaves it out. */
export const compact = (fields: Readonly<Record<string, Json | undefined>>): JsonObject =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([key, value]) => (value === undefined || value === 0 ? [] : [[key, value]])),
  );

/** A time as Kubernetes writes it: without milliseconds. */
export const timeText = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');

/** The object without some of its fields. */
export const without = (object: JsonObject, ...fields: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([key]) => !fields.includes(key)));

/** A quantity in a manifest, which may be a number; an empty text if it is neither. */
export const quantityIn = (value: Json | undefined): string =>
  typeof value === 'number' || typeof value === 'string' ? `${value}` : '';
