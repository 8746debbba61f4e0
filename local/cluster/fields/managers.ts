import * as z from 'zod';
import type { Json, JsonObject } from '../../../lambdas/contracts/json.ts';
import { isObject, listIn, objectIn, timeText, withValue } from '../objects/json.ts';
import type { FieldPath } from './paths.ts';

/** Who writes, and how. */
export interface Writer {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  /** Through which it writes, e.g. `scale`; undefined for the object itself. */
  readonly subresource?: string | undefined;
}

/** A writer with the fields that it owns, each a path as text. */
export interface Owner extends Writer {
  readonly apiVersion: string;
  readonly time: string;
  readonly paths: ReadonlySet<string>;
}

const Entry = z.object({
  manager: z.string(),
  operation: z.enum(['Apply', 'Update']),
  apiVersion: z.string().default(''),
  time: z.string().default(''),
  subresource: z.string().optional(),
  fieldsV1: z.record(z.string(), z.json()).default({}),
});

/** The owners in the managed fields of an object. */
export const ownersOf = (object: JsonObject): Owner[] =>
  listIn(objectIn(object['metadata'])['managedFields']).flatMap((entry) => {
    const parsed = Entry.safeParse(entry);
    if (!parsed.success) return [];
    const { fieldsV1, ...owner } = parsed.data;
    return [{ ...owner, paths: new Set(pathsIn(fieldsV1, [])) }];
  });

/** The object with these owners. */
export const withOwners = (object: JsonObject, owners: readonly Owner[]): JsonObject => {
  const entries = owners
    .filter(({ paths }) => paths.size > 0)
    .toSorted((one, other) => (orderOf(one) < orderOf(other) ? -1 : 1))
    .map(({ manager, operation, apiVersion, time, subresource, paths }): JsonObject => ({
      manager,
      operation,
      apiVersion,
      time,
      fieldsType: 'FieldsV1',
      fieldsV1: fieldsOf(paths),
      ...(subresource !== undefined && { subresource }),
    }));
  return withValue(object, ['metadata', 'managedFields'], entries.length === 0 ? undefined : entries);
};

/** Entries of Apply stand before those of Update, the oldest first. */
const orderOf = ({ operation, time, manager }: Owner): string => `${operation} ${time} ${manager}`;

/** An owner that begins to own fields now. */
export const newOwner = (writer: Writer, apiVersion: string, now: number, paths: ReadonlySet<string>): Owner => ({
  ...writer,
  apiVersion,
  time: timeText(now),
  paths,
});

/** The path of a text. */
export const pathOf = (text: string): FieldPath => z.array(z.string()).parse(JSON.parse(text));

const pathsIn = (fields: JsonObject, path: FieldPath): string[] =>
  Object.entries(fields).flatMap(([segment, inner]) => {
    if (segment === '.') return [JSON.stringify(path)];
    const inside = [...path, segment];
    const isLeaf = !isObject(inner) || Object.keys(inner).length === 0;
    return isLeaf ? [JSON.stringify(inside)] : pathsIn(inner, inside);
  });

const fieldsOf = (paths: ReadonlySet<string>): JsonObject => {
  const root: Record<string, Json> = {};
  const nodes = new Map<string, Record<string, Json>>([['[]', root]]);
  const nodeAt = (path: FieldPath): Record<string, Json> => {
    const known = nodes.get(JSON.stringify(path));
    if (known !== undefined) return known;
    const node: Record<string, Json> = {};
    nodeAt(path.slice(0, -1))[path.at(-1) ?? ''] = node;
    nodes.set(JSON.stringify(path), node);
    return node;
  };
  const sorted = [...paths].toSorted();
  for (const text of sorted) nodeAt(pathOf(text));
  for (const text of sorted) {
    const node = nodes.get(text);
    if (node !== undefined && Object.keys(node).length > 0) node['.'] = {};
  }
  return root;
};
