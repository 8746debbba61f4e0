import type { ReadFields } from './read-fields.ts';

/** A field that the simulator and the real server answer otherwise. */
export interface Difference {
  /** `items[0].metadata.labels`. */
  readonly path: string;
  readonly simulator: unknown;
  readonly server: unknown;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What every schema of a tool takes for the same: left out, null, an empty list, and an empty object. */
const isNothing = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  (Array.isArray(value) && value.length === 0) ||
  (isRecord(value) && Object.keys(value).length === 0);

/** The fields that were read and that two answers do not have alike. */
export const differencesIn = (
  simulator: unknown,
  server: unknown,
  read: ReadFields,
  path = '',
  parentAll = false,
): Difference[] => {
  const here = { path, simulator, server };
  if (isNothing(simulator) && isNothing(server)) return parentAll && !isSameNothing(simulator, server) ? [here] : [];
  if (Array.isArray(simulator) && Array.isArray(server)) {
    if (simulator.length !== server.length) return [here];
    return simulator.flatMap((item: unknown, n) => below(item, server[n], read, String(n), `${path}[${n}]`));
  }
  if (!isRecord(simulator) || !isRecord(server)) return simulator === server ? [] : [here];
  const names = read.all ? [...new Set([...Object.keys(simulator), ...Object.keys(server)])] : [...read.fields.keys()];
  return names.flatMap((name) => {
    const at = `${path}${path === '' ? '' : '.'}${name}`;
    if (read.all && name in simulator !== name in server)
      return [{ path: at, simulator: simulator[name], server: server[name] }];
    return below(simulator[name], server[name], read, name, at);
  });
};

const below = (simulator: unknown, server: unknown, read: ReadFields, name: string, path: string): Difference[] => {
  const inner = read.fields.get(name);
  return inner === undefined ? [] : differencesIn(simulator, server, inner, path, read.all);
};

const isSameNothing = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Everything in a value, as if all of it had been read. */
export const allOf = (value: unknown): ReadFields => {
  if (typeof value !== 'object' || value === null) return { fields: new Map(), all: true };
  const fields = Object.entries(value).map(([name, inner]): [string, ReadFields] => [name, allOf(inner)]);
  return { fields: new Map(fields), all: true };
};
