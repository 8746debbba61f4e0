import { isDeepStrictEqual } from 'node:util';
import type { Json, JsonObject } from '../../../lambdas/contracts/json.ts';
import { withServerFields } from '../../../lambdas/providers/kubernetes/admission/differs-only.ts';
import { isLeaf, type FieldTree } from '../../../lambdas/providers/kubernetes/admission/field-path.ts';
import { FIELD_MANAGER } from '../../../lambdas/contracts/clusters.ts';
import { isObject, isSame, listIn, objectIn, textIn } from '../objects/json.ts';

const NOTHING: FieldTree = { fields: new Map() };

/** Whether an object changed in these fields alone, and nobody else lost or got the management of any other. */
export const changesOnly = (now: JsonObject, before: JsonObject, tree: FieldTree): boolean =>
  differsOnly(now, before, withServerFields(tree)) && managersKept(entriesOf(now), entriesOf(before), tree);

/** Whether nothing changed but that our entries left the managed fields. */
export const onlyReleases = (now: JsonObject, before: JsonObject): boolean =>
  differsOnly(now, before, withServerFields(NOTHING)) &&
  isDeepStrictEqual(
    entriesOf(now),
    entriesOf(before).filter((entry) => !isOurs(entry)),
  );

/** The same comparison as the CEL of the generated policy makes. */
const differsOnly = (now: JsonObject, before: JsonObject, tree: FieldTree): boolean => {
  const mayDiffer = (key: string): boolean => tree.fields.has(key);
  return (
    Object.keys(now).every((key) => mayDiffer(key) || (key in before && isSame(now[key], before[key]))) &&
    Object.keys(before).every((key) => mayDiffer(key) || key in now) &&
    [...tree.fields].every(([field, child]) => isLeaf(child) || sameBelow(now[field], before[field], child))
  );
};

const sameBelow = (now: Json | undefined, before: Json | undefined, child: FieldTree): boolean => {
  const { items } = child;
  if (items !== undefined) return sameItems(listIn(now), listIn(before), items);
  return differsOnly(objectIn(now), objectIn(before), child);
};

/** As many items as before, each with its namesake. */
const sameItems = (now: readonly Json[], before: readonly Json[], items: FieldTree): boolean =>
  now.length === before.length &&
  now.every((one) => before.filter((other) => isNamesake(one, other) && differsInItem(one, other, items)).length === 1);

const isNamesake = (one: Json, other: Json): boolean =>
  isObject(one) && isObject(other) && one['name'] !== undefined && isSame(one['name'], other['name']);

const differsInItem = (one: Json, other: Json, items: FieldTree): boolean =>
  isObject(one) && isObject(other) && differsOnly(one, other, items);

const entriesOf = (object: JsonObject): readonly JsonObject[] =>
  listIn(objectIn(object['metadata'])['managedFields']).map(objectIn);

const isOurs = (entry: JsonObject): boolean => textIn(entry['manager']) === FIELD_MANAGER;

/** Whether everybody else manages the same fields as before, besides those that may change. */
const managersKept = (now: readonly JsonObject[], before: readonly JsonObject[], tree: FieldTree): boolean => {
  const isSameManager = (one: JsonObject, other: JsonObject): boolean =>
    isSame(one['manager'], other['manager']) && isSame(one['operation'], other['operation']);
  const fields = (entry: JsonObject): JsonObject => objectIn(entry['fieldsV1']);
  const isKept = (entry: JsonObject): boolean =>
    now.some((one) => isSameManager(one, entry) && ownsSame(fields(one), fields(entry), tree)) ||
    ownsSame({}, fields(entry), tree);
  return (
    before.every((entry) => isOurs(entry) || isKept(entry)) &&
    now.every((entry) => isOurs(entry) || before.some((one) => isSameManager(one, entry)))
  );
};

/** Like `differsOnly`, in the form of `fieldsV1`: `f:NAME` is a field, `k:{…}` an item, and a dot the thing itself. */
const ownsSame = (now: JsonObject, before: JsonObject, tree: FieldTree): boolean => {
  const { items } = tree;
  if (items !== undefined)
    return (
      Object.keys(now).every((key) => ownsSame(objectIn(now[key]), objectIn(before[key]), items)) &&
      // An item of which a manager keeps nothing: whoever had the item itself keeps it.
      Object.keys(before).every((key) => key in now || ownsSame(objectIn(before[key]), {}, items))
    );
  const mayDiffer = (key: string): boolean => key.startsWith('f:') && tree.fields.has(key.slice(2));
  return (
    Object.keys(now).every((key) => mayDiffer(key) || (key in before && isSame(now[key], before[key]))) &&
    Object.keys(before).every((key) => key === '.' || mayDiffer(key) || key in now) &&
    [...tree.fields].every(
      ([name, child]) => isLeaf(child) || ownsSame(objectIn(now[`f:${name}`]), objectIn(before[`f:${name}`]), child),
    )
  );
};
