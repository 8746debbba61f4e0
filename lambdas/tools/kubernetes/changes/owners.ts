import * as z from 'zod';
import { FIELD_MANAGER } from '../../../contracts/clusters.ts';
import type { Metadata } from '../objects.ts';
import type { TemplateChange } from '../template-diff.ts';

/** More are not named. */
const MOST_OWNERS = 10;

const Fields = z.record(z.string(), z.unknown());
const Key = z.object({ name: z.string() });

/**
 * Who manages the fields of a template that change, read off the managed fields: `helm manages spec.template.spec…`. A
 * server-side apply could not tell, since it removes nothing and merges a variable with its namesake.
 */
export const ownersOfTemplate = (
  { managedFields }: Metadata,
  changes: readonly Pick<TemplateChange, 'path' | 'keys'>[],
): readonly string[] => {
  const found = managedFields
    .filter(({ manager, subresource }) => manager !== FIELD_MANAGER && subresource !== 'status')
    .flatMap(({ manager, fieldsV1 }) =>
      changes
        .filter(({ keys }) => owns(fieldsV1, ['spec', 'template', ...keys]))
        .map(({ path }) => `${managerText(manager)} manages spec.template.${path}`),
    );
  const more = found.length - MOST_OWNERS;
  return more > 0 ? [...found.slice(0, MOST_OWNERS), `and ${more} more`] : found;
};

/** Whoever writes an object names its manager. What is not like a name may be a sentence for the approver, so it is not repeated. */
export const managerText = (manager: string): string =>
  /^[A-Za-z0-9][\w.:/@%+-]{0,127}$/.test(manager) ? manager : 'a manager whose name is not shown';

/** Whether a set of fields has a field, something in it, or a whole that it is a part of. */
const owns = (fields: unknown, [first, ...rest]: readonly string[]): boolean => {
  const parsed = Fields.safeParse(fields);
  if (!parsed.success) return false;
  const entries = Object.entries(parsed.data).filter(([key]) => key !== '.');
  if (first === undefined || entries.length === 0) return true;
  if (!first.startsWith('[')) return `f:${first}` in parsed.data && owns(parsed.data[`f:${first}`], rest);
  const items = entries.map(([key, below]) => ({ name: nameIn(key), below }));
  // Items with another key than their name, as ports have: whoever has one is named for all.
  return items.some(({ name, below }) => name === undefined || (`[${name}]` === first && owns(below, rest)));
};

/** The name in the key of an item: `k:{"name":"web"}`. */
const nameIn = (key: string): string | undefined => {
  if (!key.startsWith('k:')) return undefined;
  try {
    return Key.safeParse(JSON.parse(key.slice(2))).data?.name;
  } catch {
    return undefined;
  }
};
