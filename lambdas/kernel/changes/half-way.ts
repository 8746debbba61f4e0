import type { TraceEvent } from '../../contracts/events.ts';
import type { Json } from '../../contracts/json.ts';
import type { ChangeTool } from '../../tools/tool.ts';
import { allOf, type PlanOnTrace } from '../trace/queries.ts';

/**
 * Whether a plan's change began, came to no end, and left the target on the way, for example stopped. Only then can the
 * target be so because of us: a change that was applied had passed through such states, and one that failed had not
 * stayed in them.
 */
export const isLeftHalfWay = (
  tool: ChangeTool,
  { digest, plan }: PlanOnTrace,
  events: readonly TraceEvent[],
  now: Json,
): boolean => {
  const finished = allOf(events, 'apply.finished').findLast(
    ({ data }) => data.digest === digest && data.purpose === 'apply',
  );
  return finished?.data.outcome === 'unknown' && tool.isHalfWay(plan, now);
};
