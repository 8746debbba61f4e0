import type { Json } from '../../../lambdas/contracts/json.ts';
import { isObject } from '../../../local/cluster/objects/json.ts';

/** A value as its JSON has it: no undefined fields. The JSON of a whole cluster is too much to check by a schema each time. */
export const jsonOf = (value: unknown): Json => {
  if (Array.isArray(value)) return value.map(jsonOf);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, inner]: [string, unknown]): [string, Json][] =>
        inner === undefined ? [] : [[key, jsonOf(inner)]],
      ),
    );
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
};

/** JSON with other texts, in keys too. */
export const withTexts = (value: Json, change: (text: string) => string): Json => {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((one) => withTexts(one, change));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [change(key), withTexts(inner, change)]));
};
