import type { Json, JsonObject } from '../../../lambdas/contracts/json.ts';
import { Offset, offsetMs } from './time.ts';

/** What looks like a time in a text: `${-5m}`, `${now}`. Anything else in `${…}` is the text's own, such as a shell variable. */
const PLACEHOLDER = /\$\{((?:now\b|[+-]\d)[^}]*)\}/g;

/** What a time in a text may be. */
export const TIME_IN_TEXT =
  'a time relative to the now of the world, such as ${-5m}, ${+30s} or ${now}, or its number of seconds or milliseconds: ${-5m in s}, ${-5m in ms}';

interface Time {
  readonly offset: string;
  readonly unit: 's' | 'ms' | undefined;
}

const timeOf = (inner: string): Time | undefined => {
  const [, offset = '', unit] = /^(\S+)(?: in (ms|s))?$/.exec(inner) ?? [];
  if (!Offset.safeParse(offset).success) return undefined;
  return { offset, unit: unit === 'ms' || unit === 's' ? unit : undefined };
};

/** JSON with its times filled in: ISO times, or numbers where a unit is given and the text holds nothing else. */
export const withTimes = (value: JsonObject, origin: number): JsonObject =>
  Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item, origin)]));

const filled = (value: Json, origin: number): Json => {
  if (typeof value === 'string') return filledText(value, origin);
  if (Array.isArray(value)) return value.map((item) => filled(item, origin));
  return value !== null && typeof value === 'object' ? withTimes(value, origin) : value;
};

const filledText = (text: string, origin: number): string | number => {
  const whole = /^\$\{([^}]*)\}$/.exec(text)?.[1];
  const only = whole === undefined ? undefined : timeOf(whole);
  if (only?.unit !== undefined) return numberOf(only, origin);
  return text.replace(PLACEHOLDER, (found, inner: string) => {
    const time = timeOf(inner);
    if (time === undefined) return found;
    return time.unit === undefined
      ? new Date(origin + offsetMs(time.offset)).toISOString()
      : String(numberOf(time, origin));
  });
};

const numberOf = ({ offset, unit }: Time, origin: number): number => {
  const at = origin + offsetMs(offset);
  return unit === 's' ? Math.floor(at / 1000) : at;
};

/** The paths of the texts with a time that cannot be read. */
export const wrongTimes = (value: Json, path: readonly (string | number)[] = []): (readonly (string | number)[])[] => {
  if (typeof value === 'string')
    return [...value.matchAll(PLACEHOLDER)].some(([, inner = '']) => timeOf(inner) === undefined) ? [path] : [];
  if (Array.isArray(value)) return value.flatMap((item, n) => wrongTimes(item, [...path, n]));
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, item]) => wrongTimes(item, [...path, key]));
};
