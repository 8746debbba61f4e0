import type { Json } from '../../contracts/json.ts';
import type { DiffLine } from '../../contracts/plan.ts';
import { canonical } from '../trace/canonical.ts';

const isObject = (value: Json): value is Record<string, Json> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The fields that differ between two states, with dotted paths. An array counts as one value. */
export const diffOf = (before: Json, after: Json, path = ''): DiffLine[] => {
  if (isObject(before) && isObject(after))
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
      diffOf(before[key] ?? null, after[key] ?? null, path === '' ? key : `${path}.${key}`),
    );
  return canonical(before) === canonical(after) ? [] : [{ field: path === '' ? 'state' : path, before, after }];
};
