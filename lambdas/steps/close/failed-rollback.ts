import type { TraceEvent } from '../../contracts/events.ts';
import { tripBreaker } from '../../kernel/limits/breaker.ts';
import type { Journal, JournalPorts } from '../../kernel/trace/journal.ts';
import { findPlan, lastOf, wasMade, type PlanOnTrace } from '../../kernel/trace/queries.ts';
import { refOf } from '../../contracts/plan.ts';

/** The plan whose rollback was asked for and did not succeed. Its target is in a state that nobody wanted. */
const notRolledBack = (events: readonly TraceEvent[]): PlanOnTrace | undefined => {
  const verified = lastOf(events, 'change.verified')?.data;
  if (verified?.next !== 'rollback') return undefined;
  return wasMade(events, verified.digest, 'rollback') ? undefined : findPlan(events, verified.digest);
};

/**
 * Closes the target of a failed rollback to every incident until a person has looked. Done here and not in the
 * rollback: that function may die, and its role must not reach a breaker, because it makes changes.
 */
export const tripAfterFailedRollback = async (journal: Journal, ports: JournalPorts): Promise<void> => {
  const failed = notRolledBack(journal.eventsBefore);
  if (failed === undefined) return;
  await tripBreaker(journal, ports, {
    scope: refOf(failed.plan.target),
    policy: 'rollback-failed',
    reason: `${failed.handle} did not help, and its rollback did not go through.`,
  });
};
