import { FIELD_MANAGER } from '../../../contracts/clusters.ts';
import { celString, celStrings, valueOf } from './cel.ts';
import { differsOnly, withServerFields } from './differs-only.ts';
import { isLeaf, type FieldTree } from './field-path.ts';

const entries = (object: string): string =>
  `(has(${object}.metadata.managedFields) ? ${object}.metadata.managedFields : [])`;
const ours = celString(FIELD_MANAGER);
const NOTHING: FieldTree = { fields: new Map() };

/** Holds if nothing changes but that our entries leave the managed fields. The next apply of the owner meets no conflict. */
export const RELEASES = [
  differsOnly('object', 'oldObject', withServerFields(NOTHING)),
  `${entries('object')} == ${entries('oldObject')}.filter(m, m.manager != ${ours})`,
].join(' && ');

/**
 * Holds if the managed fields of everybody else stay, besides fields that may change: a write takes those from their owner.
 * Without it, a write could make the server forget that Helm owns an object.
 */
export const managersKept = (tree: FieldTree): string => {
  const [now, before] = [entries('object'), entries('oldObject')];
  const namesake = '(n.manager == m.manager && n.operation == m.operation)';
  const fields = (entry: string) => valueOf(entry, 'fieldsV1', '{}');
  const kept = `${now}.exists(n, ${namesake} && ${ownsSame(fields('n'), fields('m'), tree)})`;
  const others = `${before}.all(m, m.manager == ${ours} || ${kept} || ${ownsSame('{}', fields('m'), tree)})`;
  return `${others} && ${now}.all(n, n.manager == ${ours} || ${before}.exists(m, ${namesake}))`;
};

/** Like `differsOnly`, in the form of `fieldsV1`: `f:NAME` is a field, `k:{…}` an item, and a dot the thing itself. */
const ownsSame = (now: string, before: string, tree: FieldTree, depth = 0): string => {
  const [a, b, k] = [`o${depth}`, `p${depth}`, `q${depth}`];
  return `[${now}].all(${a}, [${before}].all(${b}, ${ownsSameIn(a, b, k, tree, depth)}))`;
};

const ownsSameIn = (a: string, b: string, k: string, tree: FieldTree, depth: number): string => {
  if (tree.items !== undefined) {
    const inner = (x: string, y: string) =>
      ownsSame(x, `(${k} in ${y} ? ${y}[${k}] : {})`, tree.items ?? NOTHING, depth + 1);
    return `${a}.all(${k}, ${inner(`${a}[${k}]`, b)}) && ${b}.all(${k}, ${k} in ${a} || ${inner(`${b}[${k}]`, a)})`;
  }
  const names = [...tree.fields.keys()].map((name) => `f:${name}`);
  const same = `${a}.all(${k}, ${k} in ${celStrings(names)} || ${k} in ${b} && ${a}[${k}] == ${b}[${k}]) && ${b}.all(${k}, ${k} in ${celStrings(['.', ...names])} || ${k} in ${a})`;
  const below = [...tree.fields].flatMap(([name, child]) =>
    isLeaf(child) ? [] : [ownsSame(valueOf(a, `f:${name}`, '{}'), valueOf(b, `f:${name}`, '{}'), child, depth + 1)],
  );
  return [same, ...below].join(' && ');
};
