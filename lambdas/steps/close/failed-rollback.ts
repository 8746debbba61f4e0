import type { TraceEvent } from '../../contracts/events.ts';
import { tripBreaker } from '../../kernel/limits/breaker.ts';
import type { Journal } from '../../kernel/trace/journal.ts';
import { allOf, findPlan, lastOf, type PlanOnTrace } from '../../kernel/trace/queries.ts';
import type { Clock, Ledger } from '../../contracts/ports.ts';

/** The plan that was to be rolled back, and was not: its target is in a state that nobody wanted. */
const notRolledBack = (events: readonly TraceEvent[]): PlanOnTrace | undefined => {
  const verified = lastOf(events, 'change.verified')?.data;
  if (verified?.next !== 'rollback') return undefined;
  const undone = allOf(events, 'apply.finished').some(
    ({ data }) => data.purpose === 'rollback' && data.digest === verified.digest && data.outcome === 'applied',
  );
  return undone ? undefined : findPlan(events, verified.digest);
};

/**
 * Closes the target of a failed rollback to every incident until a person has looked. Done here and not where the
 * rollback fails: a function that may die, and whose role must not reach a breaker, since it makes changes.
 */
export const tripAfterFailedRollback = async (
  journal: Journal,
  ports: { readonly ledger: Ledger; readonly clock: Clock },
): Promise<void> => {
  const failed = notRolledBack(journal.eventsBefore);
  if (failed === undefined) return;
  const scope = failed.plan.target.arn;
  const trip = {
    policy: 'rollback-failed',
    reason: `${failed.handle} did not help, and its rollback did not go through.`,
  };
  await journal.once('breaker.tripped', async () => {
    await tripBreaker(ports.ledger, scope, { ...trip, incidentId: journal.incident, at: ports.clock.now() });
    return { data: { scope, ...trip } };
  });
};
