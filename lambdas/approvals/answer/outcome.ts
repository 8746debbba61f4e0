import * as z from 'zod';
import { Check } from '../../contracts/checks.ts';
import { contractBroken } from '../../contracts/errors.ts';
import type { TraceEvent } from '../../contracts/events.ts';
import { Grant } from '../../contracts/grant.ts';
import { JsonObject } from '../../contracts/json.ts';
import { FAMILY, type RowKey } from '../../contracts/ledger-keys.ts';
import type { Callbacks, Ledger, Notifier } from '../../contracts/ports.ts';
import { breakGlassMark } from '../../kernel/changes/grants.ts';
import type { Journal } from '../../kernel/trace/journal.ts';
import { allOf, unansweredCalls, type PlanOnTrace } from '../../kernel/trace/queries.ts';
import { notifyBreakGlass } from './break-glass.ts';
import { fetchQuestion } from './question.ts';

/** How a question ended. Created once: if an answer and the expiry race, only the first counts. */
const ApprovalOutcome = z.object({
  outcome: z.enum(['granted', 'denied', 'expired']),
  by: z.array(z.string()),
  reason: z.string(),
  grants: z.array(Grant),
  /** The change freeze that the approvers overrode. */
  freeze: z.string().optional(),
  /** The check that refused the plan although enough people had approved it. Then `by` names the check. */
  check: Check.shape.check.optional(),
});
export type ApprovalOutcome = z.infer<typeof ApprovalOutcome>;
const outcomeRow = (approvalId: string): RowKey => ({ family: FAMILY.approval, id: approvalId, part: 'settlement' });

/** How a question ended. Undefined while it is open. */
export const outcomeOf = async (ledger: Ledger, approvalId: string): Promise<ApprovalOutcome | undefined> => {
  const row = await ledger.fetch(outcomeRow(approvalId));
  return row === undefined ? undefined : ApprovalOutcome.parse(row.data);
};

/** Records the outcome of a question, unless it has one already. Returns the recorded outcome. */
export const recordOutcomeOnce = async (
  ledger: Ledger,
  approvalId: string,
  outcome: ApprovalOutcome,
): Promise<ApprovalOutcome> =>
  ApprovalOutcome.parse((await ledger.create(outcomeRow(approvalId), JsonObject.parse(outcome))).row.data);

/** The outcome of a question that enough people approved and a check refused: nothing is granted, and nobody denied. */
export const refusedBy = ({ check, reason }: Pick<Check, 'check' | 'reason'>): ApprovalOutcome => ({
  outcome: 'denied',
  by: [`check:${check}`],
  reason,
  grants: [],
  check,
});

/** How a question ended, for people. */
export const outcomeSentence = ({
  outcome,
  by,
  check,
  reason,
}: Pick<ApprovalOutcome, 'outcome' | 'by' | 'check' | 'reason'>): string => {
  if (check !== undefined) return `Enough people approved it, but it was refused (${check}): ${reason}`;
  return outcome === 'expired'
    ? 'It expired: nobody answered in time, and silence counts as no.'
    : `It was ${outcome} by ${by.join(', ')}.`;
};

/** The tool result with which the model learns that its plan was not approved. */
const replyToModel = (handle: string, { outcome, by, reason, check }: ApprovalOutcome): string => {
  if (check !== undefined)
    return `${handle} was approved by enough people, but refused when the last one approved (${check}): ${reason} Nothing was changed. Propose it again when that reason is gone, or escalate.`;
  return outcome === 'denied'
    ? `${handle} was denied by ${by.join(', ')}. Their reason: ${reason} Nothing was changed. Take the reason into account, or escalate.`
    : `${handle} was not approved in time, which counts as no. Nothing was changed. Conclude with what a human should do, or escalate; ask again only if things got worse.`;
};

const isClosed =
  (approvalId: string) =>
  (events: readonly TraceEvent[]): boolean =>
    allOf(events, 'approval.closed').some((event) => event.data.approvalId === approvalId);

/**
 * Closes an approval: writes its recorded outcome on the trace and resumes the flow. Safe to repeat: if a function
 * dies halfway, the next click or the next reminder completes the rest.
 */
export const closeApproval = async (
  approvalId: string,
  closed: ApprovalOutcome,
  { planned, journal }: { readonly planned: PlanOnTrace; readonly journal: Journal },
  ports: { readonly ledger: Ledger; readonly callbacks: Callbacks; readonly notifier: Notifier },
): Promise<void> => {
  const { handle, digest } = planned;
  const { outcome, by, reason, grants, freeze, check } = closed;
  if (outcome === 'granted')
    await journal.onceUnless(
      'grant.issued',
      (events) => allOf(events, 'grant.issued').some((event) => event.data.digest === digest),
      () => ({ data: { digest, grants } }),
    );
  await journal.onceUnless('approval.closed', isClosed(approvalId), () => {
    // The `confirm_plan` call, which has had no reply yet.
    const toolUseId = unansweredCalls(journal.events)[0]?.id ?? null;
    const replies = outcome === 'granted' ? [] : [{ toolUseId, text: replyToModel(handle, closed), isError: true }];
    const marks = { ...breakGlassMark(freeze !== undefined), ...(check !== undefined && { check }) };
    return { data: { approvalId, digest, outcome, by, reason, ...marks }, replies };
  });
  if (freeze !== undefined)
    await notifyBreakGlass({ approvalId, by, reason, freeze }, planned, journal, ports.notifier);
  // Read only now: a reminder may have replaced the task token meanwhile.
  const question = await fetchQuestion(ports.ledger, approvalId);
  if (question === undefined) throw contractBroken(`There is no question ${approvalId}.`);
  const { incidentId, agent, taskToken } = question;
  const next = outcome === 'granted' ? 'apply' : 'decide';
  await ports.callbacks.resume(taskToken, { incidentId, agent, seq: journal.seq, next });
};
