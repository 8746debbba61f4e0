import * as z from 'zod';
import type { ManagedFields, Metadata } from './objects.ts';

/** More fields are not named. */
const MOST_FIELDS = 8;

/** The last write of each manager on an object. What controllers write into its status is no change of it. */
export const writesOf = ({ managedFields }: Metadata): { readonly at: string; readonly says: string }[] =>
  managedFields.flatMap((entry) => {
    const { time, manager, operation, subresource } = entry;
    if (time === undefined || subresource === 'status') return [];
    const through = subresource === '' ? '' : ` through ${subresource}`;
    return [{ at: time, says: `${manager} (${operation}${through}) last wrote; it owns ${ownedText(entry)}` }];
  });

/** Whether a manager owns the field at this path. */
export const ownsField = ({ fieldsV1 }: z.output<typeof ManagedFields>, path: readonly string[]): boolean =>
  path.reduce<unknown>((fields, name) => {
    const parsed = Fields.safeParse(fields);
    return parsed.success ? parsed.data[`f:${name}`] : undefined;
  }, fieldsV1) !== undefined;

const ownedText = ({ fieldsV1 }: z.output<typeof ManagedFields>): string => {
  const paths = pathsOf(fieldsV1, '').filter((path) => !path.startsWith('metadata.annotations.kubectl'));
  const more = paths.length > MOST_FIELDS ? ` and ${paths.length - MOST_FIELDS} more fields` : '';
  return `${paths.slice(0, MOST_FIELDS).join(', ') || 'no field'}${more}`;
};

const Fields = z.record(z.string(), z.unknown());

/** The deepest fields of `fieldsV1`: `f:NAME` is a field, `k:{"name":"web"}` an item of a list. */
const pathsOf = (fields: unknown, path: string): string[] => {
  const parsed = Fields.safeParse(fields);
  const entries = parsed.success ? Object.entries(parsed.data).filter(([key]) => key !== '.') : [];
  if (entries.length === 0) return path === '' ? [] : [path];
  return entries.flatMap(([key, below]) => pathsOf(below, joined(path, key)));
};

const joined = (path: string, key: string): string => {
  const [kind, name] = [key.slice(0, 2), key.slice(2)];
  if (kind !== 'f:') return `${path}[${/"name":"([^"]*)"/.exec(name)?.[1] ?? name}]`;
  return path === '' ? name : `${path}.${name}`;
};
