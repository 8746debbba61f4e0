import { celStrings, valueOf } from './cel.ts';
import { isLeaf, type FieldTree } from './field-path.ts';

/**
 * A CEL expression that holds if two objects differ in no other field than those of the tree. CEL cannot remove a field,
 * so each object on the way to a leaf is compared field by field; `[x].all(y, …)` gives a value a name.
 */
export const differsOnly = (now: string, before: string, tree: FieldTree, depth = 0): string => {
  const names = celStrings([...tree.fields.keys()]);
  const key = `k${depth}`;
  const same = [
    `${now}.all(${key}, ${key} in ${names} || (${key} in ${before} && ${now}[${key}] == ${before}[${key}]))`,
    `${before}.all(${key}, ${key} in ${names} || ${key} in ${now})`,
  ];
  const below = [...tree.fields].flatMap(([field, child]) => belowField(now, before, field, child, depth + 1));
  return [...same, ...below].join(' && ');
};

const belowField = (now: string, before: string, field: string, child: FieldTree, depth: number): string[] => {
  if (isLeaf(child)) return [];
  const [a, b] = [`a${depth}`, `b${depth}`];
  const isList = child.items !== undefined;
  const inner = isList ? sameItems(a, b, child.items, depth) : differsOnly(a, b, child, depth);
  const empty = isList ? '[]' : '{}';
  return [`[${valueOf(now, field, empty)}].all(${a}, [${valueOf(before, field, empty)}].all(${b}, ${inner}))`];
};

/** Items come and go with nobody's leave: as many as before, each with its namesake. */
const sameItems = (now: string, before: string, items: FieldTree, depth: number): string => {
  const [c, d] = [`c${depth}`, `d${depth}`];
  const pair = `has(${c}.name) && has(${d}.name) && ${c}.name == ${d}.name && ${differsOnly(c, d, items, depth + 1)}`;
  return `size(${now}) == size(${before}) && ${now}.all(${c}, ${before}.exists_one(${d}, ${pair}))`;
};

/** What the server itself sets when an object changes. */
const SERVER_FIELDS = ['managedFields', 'generation', 'resourceVersion'] as const;
const LEAF: FieldTree = { fields: new Map() };

/** The tree, with the fields that the server sets. */
export const withServerFields = (tree: FieldTree): FieldTree => {
  const metadata = tree.fields.get('metadata')?.fields ?? [];
  const fields = new Map([...metadata, ...SERVER_FIELDS.map((name): [string, FieldTree] => [name, LEAF])]);
  return { ...tree, fields: new Map([...tree.fields, ['metadata', { fields }]]) };
};
