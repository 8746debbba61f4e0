import * as z from 'zod';

/**
 * Paths of the properties in a manifest's module that are computed each time they are read. Schemas of zod are left out, and so are the
 * exports themselves: no module can compute one, but loaders such as tsx read them through getters of their own.
 */
export const gettersIn = (module: unknown): string[] => {
  if (typeof module !== 'object' || module === null) return [];
  return Object.entries(module).flatMap(([name, value]: [string, unknown]) => gettersBelow(value, [name], new Set()));
};

const gettersBelow = (value: unknown, path: readonly string[], seen: Set<object>): string[] => {
  if (typeof value !== 'object' || value === null || value instanceof z.ZodType || seen.has(value)) return [];
  seen.add(value);
  return Object.entries(Object.getOwnPropertyDescriptors(value)).flatMap(([name, descriptor]) => {
    const inner: unknown = descriptor.value;
    const place = [...path, name];
    if (descriptor.get !== undefined) return [place.join('.')];
    return gettersBelow(inner, place, seen);
  });
};
