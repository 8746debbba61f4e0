import { InputError } from '../../../contracts/errors.ts';

/** Fields that may differ: nothing below a leaf is compared. A list is compared item by item, by name. */
export interface FieldTree {
  readonly fields: ReadonlyMap<string, FieldTree>;
  /** What may differ in each item, where the field is a list of named items. */
  readonly items?: FieldTree | undefined;
}

/** A field of an object, or every item of a list. */
type Segment = { readonly field: string } | 'items';

const SEGMENT = /^(?:\.?([A-Za-z][A-Za-z0-9]*)|\["([a-z0-9._/-]+)"\]|(\[\*\]))/i;

/**
 * Reads paths like `spec.template.spec.containers[*].resources` and `metadata.annotations["example.com/note"]`. Only `spec`,
 * single annotations and the `data` of a ConfigMap can be given: labels move an object under other selectors, owners and
 * finalizers decide its life.
 */
export const fieldTree = (where: string, paths: readonly string[]): FieldTree =>
  paths.map((path) => allowed(where, path, segmentsOf(where, path))).reduce(withPath, { fields: new Map() });

const segmentsOf = (where: string, path: string): Segment[] => {
  const segments: Segment[] = [];
  let rest = path;
  while (rest !== '') {
    const [all = '', plain, quoted] = SEGMENT.exec(rest) ?? [];
    if (all === '') throw badPath(where, path, `nothing can be read from ${JSON.stringify(rest)} on`);
    const field = plain ?? quoted;
    segments.push(field === undefined ? 'items' : { field });
    rest = rest.slice(all.length);
  }
  return segments;
};

const allowed = (where: string, path: string, segments: readonly Segment[]): readonly Segment[] => {
  const [first, second, third] = segments.map((segment) => (segment === 'items' ? '[*]' : segment.field));
  const inSpec = first === 'spec' && second !== undefined && second !== '[*]';
  const annotation = first === 'metadata' && second === 'annotations' && third !== undefined && third !== '[*]';
  const data = first === 'data' && segments.length <= 2;
  if (!inSpec && !annotation && !data)
    throw badPath(where, path, 'it is neither below `spec`, nor one annotation, nor data of a ConfigMap');
  if (segments.at(-1) === 'items') throw badPath(where, path, 'it ends in a list, so that items could come and go');
  return segments;
};

const badPath = (where: string, path: string, problem: string): InputError =>
  new InputError(
    where,
    `the field path ${JSON.stringify(path)} cannot be allowed: ${problem}`,
    'Write a path like spec.replicas, spec.template.spec.containers[*].resources or metadata.annotations["example.com/note"].',
  );

const withPath = (tree: FieldTree, [first, ...rest]: readonly Segment[]): FieldTree => {
  if (first === undefined) return tree;
  if (first === 'items') return { ...tree, items: below(tree.items, rest) };
  const before = tree.fields.get(first.field);
  return { ...tree, fields: new Map([...tree.fields, [first.field, below(before, rest)]]) };
};

/** A leaf stays one: whoever may change a field may change what is below it. */
const below = (before: FieldTree | undefined, rest: readonly Segment[]): FieldTree => {
  if (rest.length === 0 || (before !== undefined && isLeaf(before))) return { fields: new Map() };
  return withPath(before ?? { fields: new Map() }, rest);
};

/** Whether anything below may differ. */
export const isLeaf = ({ fields, items }: FieldTree): boolean => fields.size === 0 && items === undefined;
