import * as z from 'zod';

/**
 * Levels that a JSON value from outside may have. AWS's own events and answers have fewer than 20. Code that calls itself
 * for every level overflows the stack at about 1,500 (zod), 1,800 (canonicalize) and 4,100 levels (JSON.stringify).
 */
export const JSON_DEPTH = 100;
/** Levels that a trace event, a plan or a state document may have around such a value. */
const ENVELOPE_DEPTH = 20;

/** Whether a value has more levels of objects and lists than allowed. Calls itself for no level beyond them. */
const isDeeperThan = (value: unknown, limit: number): boolean => {
  if (limit < 0) return true;
  if (typeof value !== 'object' || value === null) return false;
  for (const inner of Object.values(value))
    if (typeof inner === 'object' && isDeeperThan(inner, limit - 1)) return true;
  return false;
};

/** Any JSON value: what a trace event, a tool result or a model turn may hold. A deeper one is invalid, not an overflow. */
export const Json = z
  .unknown()
  .refine((value) => !isDeeperThan(value, JSON_DEPTH), `at most ${JSON_DEPTH} levels deep`)
  .pipe(z.json());
export type Json = z.infer<typeof Json>;

/** A JSON object. */
export const JsonObject = z.record(z.string(), Json);
export type JsonObject = z.infer<typeof JsonObject>;

/** The value of a JSON text. Undefined if the text is not JSON, or deeper than anything of ours. */
export const parseJson = (text: string): unknown => {
  try {
    const value: unknown = JSON.parse(text);
    return isDeeperThan(value, JSON_DEPTH + ENVELOPE_DEPTH) ? undefined : value;
  } catch {
    return undefined;
  }
};
