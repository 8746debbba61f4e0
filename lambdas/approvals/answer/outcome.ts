import * as z from 'zod';
import { Grant } from '../../contracts/grant.ts';
import type { TraceEvent } from '../../contracts/events.ts';
import { JsonObject } from '../../contracts/json.ts';
import { FAMILY, type RowKey } from '../../contracts/ledger-keys.ts';
import { contractBroken } from '../../contracts/errors.ts';
import { sha256 } from '../../kernel/trace/canonical.ts';
import { breakGlassMark } from '../../kernel/changes/grants.ts';
import type { Journal } from '../../kernel/trace/journal.ts';
import { allOf, unansweredCalls, type PlanOnTrace } from '../../kernel/trace/queries.ts';
import type { Callbacks, Ledger, Notifier } from '../../contracts/ports.ts';
import { notifyBreakGlass } from './break-glass.ts';

/** The id of the question about one plan of one incident. The same for every retry and every reminder. */
export const approvalIdOf = (incidentId: string, digest: string): string =>
  `approval-${sha256(`${incidentId}\n${digest}`).slice(0, 32)}`;

/** The row that knows the task token. It never leaves the ledger but to be handed back to Step Functions. */
export const Question = z.object({
  incidentId: z.string(),
  agent: z.string(),
  digest: z.string(),
  seq: z.int(),
  taskToken: z.string(),
});
export type Question = z.infer<typeof Question>;
export const questionRow = (approvalId: string): RowKey => ({
  family: FAMILY.approval,
  id: approvalId,
  part: 'question',
});

/** How a question ended. Created once: of an answer and an expiry at the same moment, one counts. */
const ApprovalOutcome = z.object({
  outcome: z.enum(['granted', 'denied', 'expired']),
  by: z.array(z.string()),
  reason: z.string(),
  grants: z.array(Grant),
  /** What the change calendar said, where those who approved broke the glass. */
  freeze: z.string().optional(),
});
export type ApprovalOutcome = z.infer<typeof ApprovalOutcome>;
const outcomeRow = (approvalId: string): RowKey => ({ family: FAMILY.approval, id: approvalId, part: 'settlement' });

/** The settlement of a question, if there is one. */
export const outcomeOf = async (ledger: Ledger, approvalId: string): Promise<ApprovalOutcome | undefined> => {
  const row = await ledger.fetch(outcomeRow(approvalId));
  return row === undefined ? undefined : ApprovalOutcome.parse(row.data);
};

/** Settles a question, or answers with how it had been settled before. */
export const recordOutcomeOnce = async (
  ledger: Ledger,
  approvalId: string,
  outcome: ApprovalOutcome,
): Promise<ApprovalOutcome> =>
  ApprovalOutcome.parse((await ledger.create(outcomeRow(approvalId), JsonObject.parse(outcome))).row.data);

/** How a question ended, for people. */
export const outcomeSentence = ({ outcome, by }: Pick<ApprovalOutcome, 'outcome' | 'by'>): string =>
  outcome === 'expired'
    ? 'It expired: nobody answered in time, and silence counts as no.'
    : `It was ${outcome} by ${by.join(', ')}.`;

const toldTo = (handle: string, { outcome, by, reason }: ApprovalOutcome): string => {
  switch (outcome) {
    case 'granted':
      return '';
    case 'denied':
      return `${handle} was denied by ${by.join(', ')}. Their reason: ${reason} Nothing was changed. Take the reason into account, or escalate.`;
    case 'expired':
      return `${handle} was not approved in time, which counts as no. Nothing was changed. Conclude with what a human should do, or escalate; ask again only if things got worse.`;
  }
};

const isClosed =
  (approvalId: string) =>
  (events: readonly TraceEvent[]): boolean =>
    allOf(events, 'approval.closed').some((event) => event.data.approvalId === approvalId);

/**
 * Puts a settlement on the trace and wakes the flow. Whoever comes next finishes what a killed function
 * began: the page that settled it, another click, or the next reminder.
 */
export const finish = async (
  journal: Journal,
  ports: { readonly ledger: Ledger; readonly callbacks: Callbacks; readonly notifier: Notifier },
  approvalId: string,
  planned: PlanOnTrace,
  ended: ApprovalOutcome,
): Promise<void> => {
  const { handle, digest } = planned;
  const { outcome, by, reason, grants, freeze } = ended;
  if (outcome === 'granted')
    await journal.onceUnless(
      'grant.issued',
      (events) => allOf(events, 'grant.issued').some((event) => event.data.digest === digest),
      () => ({ data: { digest, grants } }),
    );
  await journal.onceUnless('approval.closed', isClosed(approvalId), () => {
    const toolUseId = unansweredCalls(journal.events)[0]?.id ?? null;
    const replies = outcome === 'granted' ? [] : [{ toolUseId, text: toldTo(handle, ended), isError: true }];
    return { data: { approvalId, digest, outcome, by, reason, ...breakGlassMark(freeze !== undefined) }, replies };
  });
  if (freeze !== undefined)
    await notifyBreakGlass({ approvalId, by, reason, freeze }, planned, journal, ports.notifier);
  const row = await ports.ledger.fetch(questionRow(approvalId));
  if (row === undefined) throw contractBroken(`There is no question ${approvalId}.`);
  const { incidentId, agent, taskToken } = Question.parse(row.data);
  await ports.callbacks.resume(taskToken, {
    incidentId,
    agent,
    seq: journal.seq,
    next: outcome === 'granted' ? 'apply' : 'decide',
  });
};
