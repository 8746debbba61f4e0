import type { TraceEvent } from '../../contracts/events.ts';
import type { Grant } from '../../contracts/grant.ts';
import { allOf } from './queries.ts';

/**
 * What the trace says about the change of a plan. `unknown`: the change or its rollback was started, and nothing says how
 * the target is now.
 */
export type PlanState = 'not-applied' | 'in-place' | 'rolled-back' | 'unknown';

/** How a change or a rollback went: never started, or the result of its newest attempt. */
const resultOf = (
  events: readonly TraceEvent[],
  digest: string,
  purpose: Grant['purpose'],
): 'not-started' | 'applied' | 'failed' | 'unknown' => {
  const started = allOf(events, 'apply.started').findLast(
    ({ data }) => data.digest === digest && data.purpose === purpose,
  );
  if (started === undefined) return 'not-started';
  const finished = allOf(events, 'apply.finished').findLast(
    ({ seq, data }) => seq > started.seq && data.digest === digest && data.purpose === purpose,
  );
  return finished?.data.outcome ?? 'unknown';
};

/** Whether the change of a plan is in place, as the trace has it. */
export const planStateOf = (events: readonly TraceEvent[], digest: string): PlanState => {
  const applied = resultOf(events, digest, 'apply');
  if (applied === 'not-started' || applied === 'failed') return 'not-applied';
  if (applied === 'unknown') return 'unknown';
  const rolledBack = resultOf(events, digest, 'rollback');
  if (rolledBack === 'not-started') return 'in-place';
  return rolledBack === 'applied' ? 'rolled-back' : 'unknown';
};
