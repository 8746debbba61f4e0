import { EVENT_PATH } from '../../contracts/agent.ts';
import type { Json } from '../../contracts/json.ts';

/** The value at a path, or undefined if it leads nowhere. Fields that every object inherits are none. */
export const valueAt = (value: Json, path: string): Json | undefined =>
  EVENT_PATH.test(path) ? (path.match(/[^.[\]]+/g) ?? []).reduce<Json | undefined>(stepInto, value) : undefined;

/** The names at the last place of a path that is there, for a message about a path that leads nowhere. */
export const namesNear = (value: Json, path: string): { readonly at: string; readonly names: readonly string[] } => {
  const steps = path.match(/[^.[\]]+/g) ?? [];
  let here: Json = value;
  let at = '';
  for (const step of steps) {
    const next = stepInto(here, step);
    if (next === undefined) break;
    at = at === '' ? step : `${at}.${step}`;
    here = next;
  }
  return { at, names: typeof here === 'object' && here !== null ? Object.keys(here) : [] };
};

const stepInto = (value: Json | undefined, key: string): Json | undefined => {
  if (Array.isArray(value)) return value[Number(key)];
  if (value === null || typeof value !== 'object') return undefined;
  return Object.hasOwn(value, key) ? value[key] : undefined;
};
