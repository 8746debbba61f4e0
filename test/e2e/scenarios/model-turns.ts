import type { Json } from '../../../lambdas/contracts/json.ts';
import type { ScriptedTurn } from '../../../local/script.ts';
import { GROUP } from '../workload.ts';

/** The model calls one tool. */
export const callTool = (name: string, input: Json): ScriptedTurn => ({ content: [{ type: 'tool_use', name, input }] });

/** The model confirms the plan of the dry run. */
export const CONFIRM_PLAN = callTool('confirm_plan', { plan: '${plan}' });

/** The model proposes one more instance for the group, and confirms the plan. */
export const GROW_GROUP: readonly ScriptedTurn[] = [
  callTool('set_auto_scaling_capacity', {
    group: GROUP,
    desired: 3,
    why: 'The whole group is busy (E2); one more spreads the load.',
  }),
  CONFIRM_PLAN,
];
