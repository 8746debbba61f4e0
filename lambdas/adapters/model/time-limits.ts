/*
 * How long one turn may take. The function that calls the model has 300 s, divided by three numbers:
 *   one attempt, until its headers arrive              120 s  (8,192 output tokens at 70 per second)
 *   retries of transient errors (429, 5xx, timeouts)     2
 *   the whole turn                                     270 s
 * Two attempts that time out and the wait between them take 240.5 s, which leaves 29 s for a third. After a quick 429
 * or 529 there is time for all three. The turn needs a limit of its own, because an SDK waits as long as `retry-after`
 * says, and because its timeout may end at the headers. The remaining 30 s are for the ledger: reading the conversation
 * before the call and recording the turn after it.
 */
export const ATTEMPT_TIMEOUT_MS = 120_000;
export const MAX_RETRIES = 2;
export const TURN_TIMEOUT_MS = 270_000;

/** Tests set shorter limits. */
export interface TimeLimits {
  readonly timeoutMs?: number;
  readonly maxRetries?: number;
  /** Limit of a whole turn, retries and their waits included. */
  readonly totalMs?: number;
}
