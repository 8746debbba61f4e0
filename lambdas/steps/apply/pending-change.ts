import type { Grant } from '../../contracts/grant.ts';
import type { Json } from '../../contracts/json.ts';
import { toolResult } from '../../kernel/redaction/tool-errors.ts';
import type { Journal } from '../../kernel/trace/journal.ts';
import { allOf, currentPlan, type PlanOnTrace } from '../../kernel/trace/queries.ts';
import { toolContext } from '../../kernel/trace/tool-context.ts';
import type { Change, ChangeTool, ToolContext } from '../../tools/tool.ts';
import type { ApplyPorts } from './ports.ts';

/** The change that Apply has to make: the plan, or its rollback. */
export interface PendingChange {
  readonly purpose: Grant['purpose'];
  readonly planned: PlanOnTrace;
  readonly tool: ChangeTool;
  readonly context: ToolContext;
  readonly grant: Grant | undefined;
}

/** Reads the pending change off the trace. */
export const pendingChange = async (
  purpose: Grant['purpose'],
  { eventsBefore }: Journal,
  ports: ApplyPorts,
): Promise<PendingChange> => {
  const planned = currentPlan(eventsBefore);
  const tool = await ports.installed.catalogue.loadChange(planned.plan.tool);
  const grant = allOf(eventsBefore, 'grant.issued')
    .flatMap((event) => event.data.grants)
    .findLast((one) => one.purpose === purpose && one.digest === planned.digest);
  return { purpose, planned, tool, context: toolContext(ports, tool.manifest, eventsBefore), grant };
};

/** The change as the plan has it. The target itself may be anywhere between `before` and `after`. */
export const plannedChange = ({ purpose, planned: { plan } }: PendingChange): Change =>
  purpose === 'apply' || !plan.inverse.reversible
    ? { input: plan.input, target: plan.target, before: plan.before, after: plan.after }
    : { input: plan.inverse.input, target: plan.target, before: plan.after, after: plan.before };

/** The state of the target right now. Throws what the tool throws. */
export const currentState = async ({ planned, tool, context }: PendingChange): Promise<Json> =>
  (await tool.describe(planned.plan.input, context)).state;

/** The same, or null if AWS does not say. */
export const currentStateIfKnown = async (pending: PendingChange): Promise<Json> => {
  const result = await toolResult(() => currentState(pending));
  return result.ok ? result.value : null;
};
