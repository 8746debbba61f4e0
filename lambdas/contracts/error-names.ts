/**
 * Names of the errors that cross a boundary: a step throws them, the state machine's Retry and Catch
 * match on them. Both halves read this list, so a renamed error cannot silently stop being caught.
 */
export const ERROR = {
  /** The model service did not answer, or was busy for longer than the adapter waits. */
  modelUnavailable: 'ModelUnavailable',
  /** An AWS read failed with a throttle or an outage that outlived the SDK's own retries. */
  cloudUnavailable: 'CloudUnavailable',
  /** The ledger throttled or did not answer. Nothing was recorded, so nothing was done. */
  ledgerUnavailable: 'LedgerUnavailable',
  /** An earlier attempt of this apply may still be running; retried later. */
  applyInFlight: 'ApplyInFlight',
  /** A retried step took another branch than its recorded first attempt: a bug, never retried. */
  traceDiverged: 'TraceDiverged',
  /** A stored trace event is unreadable or out of place: never retried, a human has to look. */
  traceCorrupt: 'TraceCorrupt',
  /** The input or output of a step does not match its schema: a bug, never retried. */
  contractBroken: 'ContractBroken',
  /** A Lambda lacks an environment variable or holds rules that do not parse: a deployment fault. */
  misconfigured: 'Misconfigured',
} as const;
export type ErrorName = (typeof ERROR)[keyof typeof ERROR];
