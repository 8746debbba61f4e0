/*
 * How long one turn may take. The function that calls the model has 300 s. Three numbers share them:
 *   one attempt, until its headers arrive           120 s  (8,192 output tokens at 70 a second)
 *   retries of what may pass (429, 5xx, time-outs)    2
 *   everything together                             270 s
 * Two attempts that time out and the wait between them come to 240.5 s, which leaves 29 s for a third try;
 * a quick 429 or 529 gets all three. The total has to be bounded apart from the attempts, because an SDK
 * waits as long as a `retry-after` tells it to, and because a time-out may stop counting at the headers.
 * The last 30 s belong to the ledger: reading the conversation before the call, recording the turn after it.
 */
export const ATTEMPT_MS = 120_000;
export const RETRIES = 2;
export const TOTAL_MS = 270_000;

/** Tests wait less. */
export interface Bounds {
  readonly timeoutMs?: number;
  readonly maxRetries?: number;
  /** Bound of a whole turn, retries and their waits included. */
  readonly totalMs?: number;
}
