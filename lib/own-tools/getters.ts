import * as z from 'zod';

/** Paths of the properties of a manifest's module that are computed each time they are read. Schemas of zod are left out. */
export const gettersIn = (value: unknown, path: readonly string[], seen = new Set<object>()): string[] => {
  if (typeof value !== 'object' || value === null || value instanceof z.ZodType || seen.has(value)) return [];
  seen.add(value);
  return Object.entries(Object.getOwnPropertyDescriptors(value)).flatMap(([name, descriptor]) => {
    const inner: unknown = descriptor.value;
    const place = [...path, name];
    if (descriptor.get !== undefined) return [place.join('.')];
    return gettersIn(inner, place, seen);
  });
};
