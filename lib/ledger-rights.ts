import type { Family } from '../lambdas/contracts/ledger-keys.ts';

/** Families of rows other than the trace itself. */
type RowFamily = Exclude<Family, 'incident'>;

/** What one function may do in the ledger besides reading and appending traces. Every write implies reading. */
export interface LedgerRights {
  readonly read?: readonly RowFamily[];
  readonly create?: readonly RowFamily[];
  readonly replace?: readonly RowFamily[];
  readonly add?: readonly ('budget' | 'storm')[];
}

/** Who may do what in the ledger, side by side. */
export const LEDGER_RIGHTS = {
  /** Takes an event once, joins it to an open storm or opens one, and counts incidents of the day. Redacts, as Observe does. */
  open: { create: ['source', 'storm', 'redaction'], replace: ['storm'], add: ['budget', 'storm'] },
  /** Reserves and settles money. */
  decide: { add: ['budget'] },
  observe: { create: ['redaction'] },
  /** Looks at the pace of changes; trips a breaker. */
  authorize: { read: ['change', 'lease'], create: ['breaker'], replace: ['breaker'] },
  /** Redeems a grant, holds the target, remembers when it was changed. */
  changeZone: { read: ['breaker'], create: ['grant', 'lease', 'change'], replace: ['lease', 'change'] },
  /** Writes the question and, at its end, that it expired. */
  ask: { create: ['approval'], replace: ['approval'] },
  /** Writes one answer. */
  page: { create: ['approval'] },
  /** Lets go of a target whose change is judged. */
  verify: { replace: ['lease'] },
  /** Ends the storm, reads how many copies it had, and lets go of targets. */
  close: { replace: ['storm', 'lease'] },
  stopped: { replace: ['storm', 'lease'] },
} satisfies Record<string, LedgerRights>;
