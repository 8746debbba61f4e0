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
  authorize: { read: ['change', 'lease', 'rate'], create: ['breaker'], replace: ['breaker'] },
  /** Redeems a grant, holds the target, remembers and counts its changes. */
  changeZone: { read: ['breaker'], create: ['grant', 'lease', 'change', 'rate'], replace: ['lease', 'change', 'rate'] },
  /** Writes the question and, at its end, that it expired. */
  ask: { create: ['approval'], replace: ['approval'] },
  /** Writes one answer. */
  page: { create: ['approval'] },
  /** Lets go of a target whose change is judged; keeps the agent's record, and trips its breaker. */
  verify: { create: ['breaker'], replace: ['lease', 'breaker'] },
  /** Ends the storm, reads how many copies it had, lets go of targets, and trips the breaker of one that was not undone. */
  close: { create: ['breaker'], replace: ['storm', 'lease', 'breaker'] },
  stopped: { create: ['breaker'], replace: ['storm', 'lease', 'breaker'] },
} satisfies Record<string, LedgerRights>;
