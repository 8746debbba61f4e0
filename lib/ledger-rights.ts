import type { Family } from '../lambdas/contracts/ledger-keys.ts';

/** Families of rows other than the trace itself. */
type RowFamily = Exclude<Family, 'incident'>;

/** What a function may do in the ledger besides reading and appending traces. Every write right includes reading. */
export interface LedgerRights {
  /** Whether it only reads traces, or has nothing to do with them. Default: it reads and appends them. */
  readonly traces?: 'read' | false;
  readonly read?: readonly RowFamily[];
  readonly create?: readonly RowFamily[];
  readonly replace?: readonly RowFamily[];
  readonly add?: readonly ('budget' | 'storm' | 'mail' | 'receipt' | 'link' | 'digest')[];
}

/** The ledger rights of each function, by construct id. */
export const LEDGER_RIGHTS = {
  /** Takes an event once, deduplicates alarms, and counts the incidents of the day. Redacts, as Observe does. */
  Open: { create: ['source', 'storm', 'redaction'], replace: ['storm'], add: ['budget', 'storm'] },
  /** Reserves and reconciles budgets. */
  Decide: { add: ['budget'] },
  /** Reads how earlier incidents of the same subject ended. */
  Observe: { read: ['history'], create: ['redaction'] },
  /** Checks cooldown, lease and rate of changes; trips a breaker. */
  Authorize: { read: ['change', 'lease', 'rate'], create: ['breaker'], replace: ['breaker'] },
  /** Redeems a grant, takes the lease, records and counts changes. */
  ChangeZone: { read: ['breaker'], create: ['grant', 'lease', 'change', 'rate'], replace: ['lease', 'change', 'rate'] },
  /** Writes the question and, if nobody answers, that it expired. Of the page's rows it reads who was told; it writes none. */
  Ask: { read: ['answer'], create: ['approval'], replace: ['approval'], add: ['mail'] },
  /**
   * Writes answers and outcomes; at the last answer, looks at cooldown, breakers and rate. No other function may write
   * answers, or Ask could make up an approver.
   */
  Page: { read: ['breaker', 'change', 'rate'], create: ['answer', 'approval'], add: ['receipt'] },
  /** Reads the question and whether it is open; counts the links that it sends on request. It writes no row of an approval. */
  SendLink: { read: ['approval'], add: ['mail', 'link'] },
  /** Reads which alarms joined; releases the lease of a verified change; keeps the agent's record and trips its breaker. */
  Verify: { read: ['storm'], create: ['breaker'], replace: ['lease', 'breaker'] },
  /** Ends deduplication, reads how many duplicates there were, releases leases, and trips the breaker of a target that was not rolled back. */
  Close: { create: ['breaker', 'digest', 'history'], replace: ['storm', 'lease', 'breaker'], add: ['digest'] },
  Stopped: { create: ['breaker', 'digest', 'history'], replace: ['storm', 'lease', 'breaker'], add: ['digest'] },
  /** Reads the traces that the stream tells of. */
  Moments: { traces: 'read' },
  /** Reads the reports that are due, and records which it sent. */
  Digest: { traces: false, create: ['digest'] },
  /** Has nothing to do with the ledger. */
  Subscriptions: undefined,
} satisfies Record<string, LedgerRights | undefined>;
