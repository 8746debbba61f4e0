import type { Grant } from '../../contracts/grant.ts';
import type { Json } from '../../contracts/json.ts';
import type { Settings } from '../../contracts/settings.ts';
import { contractBroken, ToolRefusal } from '../../contracts/errors.ts';
import { asToolError } from '../../kernel/redaction/tool-errors.ts';
import { prepareChange, fingerprintOf } from '../../kernel/changes/proposed-change.ts';
import type { Journal } from '../../kernel/trace/journal.ts';
import { locationOf } from '../../kernel/trace/location.ts';
import { allOf, openingOf, currentPlan, type PlanOnTrace } from '../../kernel/trace/queries.ts';
import { loadChangeTool } from '../../tools/load.ts';
import type { Change, ChangeTool, ToolContext } from '../../tools/tool.ts';
import type { ApplyPorts } from './ports.ts';

/** A change that apply is to make: a plan, or the undoing of one. */
export interface PendingChange {
  readonly purpose: Grant['purpose'];
  readonly planned: PlanOnTrace;
  readonly tool: ChangeTool;
  readonly context: ToolContext;
  readonly settings: Settings;
  readonly grant: Grant | undefined;
}

/** The undertaking that the trace calls for. */
export const pendingChange = async (
  purpose: Grant['purpose'],
  journal: Journal,
  ports: ApplyPorts,
): Promise<PendingChange> => {
  const planned = currentPlan(journal.eventsBefore);
  const tool = await loadChangeTool(planned.plan.tool);
  const grant = allOf(journal.eventsBefore, 'grant.issued')
    .flatMap((event) => event.data.grants)
    .findLast((one) => one.purpose === purpose && one.digest === planned.digest);
  const context = {
    cloud: ports.cloud(tool.manifest.reads, locationOf(journal.eventsBefore)),
    clock: ports.clock,
    alarm: openingOf(journal.events).data.alarm,
  };
  return { purpose, planned, tool, context, settings: ports.rules.settings, grant };
};

/** The state of the target right now. Throws what the tool throws. */
export const stateNow = async ({ planned, tool, context }: PendingChange): Promise<Json> =>
  (await tool.describe(planned.plan.input, context)).state;

/** The same, or null where AWS does not say. */
export const stateIfKnown = async (pending: PendingChange): Promise<Json> => {
  try {
    return await stateNow(pending);
  } catch (error) {
    if (asToolError(error) === undefined) throw error;
    return null;
  }
};

/**
 * The drift check: the target must be exactly as the dry run saw it, or, for a rollback, as the change left
 * it. Answers with the change to make.
 */
export const changeToMake = async ({ purpose, planned, tool, context, settings }: PendingChange): Promise<Change> => {
  const { plan } = planned;
  if (purpose === 'apply') {
    const { change } = await prepareChange(tool, plan.input, context, settings);
    if (fingerprintOf(change.target, change.before) !== plan.fingerprint)
      throw new ToolRefusal(
        'The target is no longer as the dry run saw it: somebody changed it in the meantime. Look at it again and make a new proposal.',
      );
    return change;
  }
  if (!plan.inverse.reversible) throw contractBroken('A rollback was called for a change without an inverse.');
  const { change } = await prepareChange(tool, plan.inverse.input, context, settings);
  const asLeft = tool.postCondition(
    { input: plan.input, target: plan.target, before: plan.before, after: plan.after },
    change.before,
  );
  if (!asLeft.holds)
    throw new ToolRefusal(
      `The target is no longer as the change left it (${asLeft.detail}), so undoing it blindly could do harm.`,
    );
  return change;
};

/** The change as the plan has it, for resuming when the target may be anywhere between before and after. */
export const plannedChange = ({ purpose, planned: { plan } }: PendingChange): Change =>
  purpose === 'apply' || !plan.inverse.reversible
    ? { input: plan.input, target: plan.target, before: plan.before, after: plan.after }
    : { input: plan.inverse.input, target: plan.target, before: plan.after, after: plan.before };
