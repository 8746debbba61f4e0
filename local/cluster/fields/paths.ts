import type { Json, JsonObject } from '../../../lambdas/contracts/json.ts';
import { isObject, listIn, objectIn } from '../objects/json.ts';

/** A field of an object as `fieldsV1` writes it: `f:NAME` is a field, `k:{…}` an item of a list by its keys. */
export type FieldPath = readonly string[];

/** Keys by which items of a list are merged. Any other list is one value. */
const LIST_KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  env: ['name'],
  volumes: ['name'],
  imagePullSecrets: ['name'],
  volumeMounts: ['mountPath'],
  ports: ['containerPort', 'protocol'],
  conditions: ['type'],
};

/** Objects that have one owner for all of them. */
const ATOMIC: ReadonlySet<string> = new Set([
  'selector',
  'nodeSelector',
  'affinity',
  'fieldRef',
  'resourceFieldRef',
  'secretKeyRef',
  'configMapKeyRef',
]);

/** What the server keeps itself. Nobody owns it. */
const UNOWNED: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'status']);
const OWNED_METADATA: ReadonlySet<string> = new Set(['labels', 'annotations', 'finalizers', 'ownerReferences']);

/** The key of an item of a list that is merged, e.g. `k:{"name":"web"}`; undefined where the list is one value. */
export const itemKey = (list: string, item: Json): string | undefined => {
  const keys = LIST_KEYS[list];
  if (keys === undefined || !isObject(item)) return undefined;
  const named = keys.flatMap((key) => {
    const value = item[key] ?? (key === 'protocol' ? 'TCP' : undefined);
    return value === undefined ? [] : [[key, value] as const];
  });
  return named.length === keys.length ? `k:${JSON.stringify(Object.fromEntries(named))}` : undefined;
};

/** Every leaf of an object with its value, by its path as text. Items of merged lists are in it themselves, too. */
export const leavesOf = (object: JsonObject): ReadonlyMap<string, Json> => {
  const { metadata, ...rest } = object;
  const owned = Object.entries(objectIn(metadata)).filter(([key]) => OWNED_METADATA.has(key));
  const spec = Object.entries(rest).filter(([key]) => !UNOWNED.has(key));
  const leaves = new Map<string, Json>();
  // Nobody owns an empty specification: it is what the API server shows where there is none.
  for (const [key, value] of spec) if (key !== 'spec' || !isEmpty(value)) collect(value, [`f:${key}`], key, leaves);
  for (const [key, value] of owned) collect(value, ['f:metadata', `f:${key}`], key, leaves);
  return leaves;
};

const isEmpty = (value: Json): boolean => isObject(value) && Object.keys(value).length === 0;

const collect = (value: Json, path: FieldPath, field: string, leaves: Map<string, Json>): void => {
  if (isObject(value) && Object.keys(value).length > 0 && !ATOMIC.has(field)) {
    for (const [key, inner] of Object.entries(value)) collect(inner, [...path, `f:${key}`], key, leaves);
    return;
  }
  const items = listIn(value);
  const keys = items.map((item) => itemKey(field, item));
  if (items.length === 0 || keys.includes(undefined)) {
    leaves.set(JSON.stringify(path), value);
    return;
  }
  items.forEach((item, n) => {
    const inside = [...path, keys[n] ?? ''];
    leaves.set(JSON.stringify(inside), 'present');
    collect(item, inside, '', leaves);
  });
};

/** A path as messages name it: `.spec.template.spec.containers[name="web"].image`. */
export const shownPath = (path: FieldPath): string =>
  path
    .map((segment) => {
      if (segment.startsWith('f:')) return `.${segment.slice(2)}`;
      const pairs = segment.slice(3, -1).replace(/"([^"]+)":/g, '$1=');
      return `[${pairs}]`;
    })
    .join('');

/** The value without what is at a path. */
export const withoutPath = (value: Json, path: FieldPath, field = ''): Json => {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  if (Array.isArray(value)) {
    return value.flatMap((item) => {
      if (itemKey(field, item) !== first) return [item];
      return rest.length === 0 ? [] : [withoutPath(item, rest)];
    });
  }
  if (!isObject(value)) return value;
  const key = first.slice(2);
  const { [key]: inner, ...others } = value;
  if (inner === undefined) return value;
  return rest.length === 0 ? others : { ...value, [key]: withoutPath(inner, rest, key) };
};

/** In the order in which the API server lists fields: what ends here before what goes on, each by name. */
export const comparePaths = (one: FieldPath, other: FieldPath): number => {
  const at = one.findIndex((segment, n) => segment !== other[n]);
  if (at < 0) return one.length - other.length;
  const ends = [one, other].map((path) => (path.length === at + 1 ? 0 : 1));
  return (ends[0] ?? 0) - (ends[1] ?? 0) || ((one[at] ?? '') < (other[at] ?? '') ? -1 : 1);
};
