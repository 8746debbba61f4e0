import type { JsonObject } from '../../../contracts/json.ts';
import type { HealthCheck, ToolContext } from '../../tool.ts';
import { readWorkload } from '../workload.ts';
import type { WorkloadChange } from './edit.ts';
import { DONE, type Progress, rolloutGuards } from './progress.ts';
import { isPart, stateWithout } from './write-object.ts';

type AnyChange = WorkloadChange<JsonObject>;
type AnyState = JsonObject & Progress;

/** The part of a tool's state that it changes: whether it is rolled out follows. */
export const fieldsIn = (state: AnyState): JsonObject => stateWithout(state, DONE);

/** The checks of a change that a rollout follows. */
export const rolloutChecks = {
  /** Written, whether rolled out or not: a rollout that fails must not stay. */
  isHalfWay: ({ after }: AnyChange, now: AnyState): boolean => isPart(fieldsIn(after), now),

  postCondition: ({ input, after }: AnyChange, now: AnyState) => {
    const written = isPart(fieldsIn(after), now);
    // A rollback to what had not been rolled out brings that back, and no more.
    const rolledOut = now.rolledOut || !after.rolledOut;
    const state = !written
      ? `is ${JSON.stringify(fieldsIn(now))}, expected ${JSON.stringify(fieldsIn(after))}`
      : !rolledOut
        ? 'is as planned, but not every pod has the new template'
        : now.checkreinManages
          ? 'is as planned, but Checkrein has not released its fields'
          : 'is as planned, in every pod';
    return { holds: written && rolledOut && !now.checkreinManages, detail: `${input.name} ${state}` };
  },

  guards: async ({ input, before }: AnyChange, { cloud }: ToolContext): Promise<readonly HealthCheck[]> =>
    rolloutGuards(input.kind, await readWorkload(cloud, input.kind, input), before),
} as const;
