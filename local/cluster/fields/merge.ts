import type { Json, JsonObject } from '../../../lambdas/contracts/json.ts';
import { isObject } from '../objects/json.ts';
import { itemKey } from './paths.ts';

/** Two objects as server-side apply and a strategic merge patch put them together: lists of named things item by item. */
export const merged = (before: JsonObject, given: JsonObject): JsonObject => {
  const result: Record<string, Json> = { ...before };
  for (const [key, value] of Object.entries(given)) result[key] = mergedValue(key, before[key], value);
  return result;
};

const mergedValue = (field: string, before: Json | undefined, given: Json): Json => {
  if (isObject(given)) return merged(isObject(before) ? before : {}, given);
  if (!Array.isArray(given) || !Array.isArray(before)) return given;
  const keys = given.map((item) => itemKey(field, item));
  if (keys.includes(undefined)) return given;
  const kept = before.map((item) => {
    const at = keys.indexOf(itemKey(field, item));
    const patch = at < 0 ? undefined : given[at];
    return isObject(item) && isObject(patch) ? merged(item, patch) : item;
  });
  const known = before.map((item) => itemKey(field, item));
  return [...kept, ...given.filter((_, n) => !known.includes(keys[n]))];
};

/** A JSON merge patch (RFC 7386): null removes, a list is replaced. */
export const mergePatched = (before: Json | undefined, patch: Json): Json => {
  if (!isObject(patch)) return patch;
  const result: Record<string, Json> = { ...(isObject(before) ? before : {}) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(result, key);
    else result[key] = mergePatched(result[key], value);
  }
  return result;
};

/** A strategic merge patch without directives: null removes, items of named lists are merged. */
export const strategicallyPatched = (before: JsonObject, patch: JsonObject): JsonObject =>
  withoutNulls(merged(before, patch));

const withoutNulls = (object: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(object).flatMap(([key, value]) => {
      if (value === null) return [];
      return [[key, isObject(value) ? withoutNulls(value) : Array.isArray(value) ? value.map(inItem) : value]];
    }),
  );

const inItem = (item: Json): Json => (isObject(item) ? withoutNulls(item) : item);
