import type { EventData, TraceEvent } from '../../contracts/events.ts';
import { FAMILY, type RowKey } from '../../contracts/ledger-keys.ts';
import type { Ledger } from '../../contracts/ports.ts';
import type { Rules } from '../../contracts/rules.ts';
import { breakGlassMark } from '../../kernel/changes/grants.ts';
import type { PolicyEngine } from '../../kernel/policy/engine.ts';
import type { Journal } from '../../kernel/trace/journal.ts';
import { allOf } from '../../kernel/trace/queries.ts';
import { entitlement, type OpenQuestion } from './question.ts';

/** One person's answer to one question. */
export interface Answer {
  readonly approvalId: string;
  readonly approver: string;
  readonly answer: 'approve' | 'deny';
  readonly reason: string;
  /** Approves despite a change freeze. Requires a reason; has no effect without a freeze. */
  readonly breakGlass?: boolean;
  readonly via: EventData<'approval.answered'>['via'];
}

/** An answer, and the change freeze that was on when it was given. */
export type EffectiveAnswer = Answer & { readonly freeze: string | undefined };

/**
 * An approval as a row that no function but Ask and the approval page may write. The trace has it too, but every function
 * may append to a trace, and none of them must be able to make up an approver.
 */
const approvalRow = (approvalId: string, approver: string, breakGlass: boolean): RowKey => ({
  family: FAMILY.approval,
  id: approvalId,
  part: `${breakGlass ? 'yes-breaking-glass' : 'yes'}#${approver}`,
});

/** Whether the approval page recorded this person's approval. */
export const wasApprovedBy = async (
  ledger: Ledger,
  approvalId: string,
  approver: string,
  breakGlass: boolean,
): Promise<boolean> => (await ledger.fetch(approvalRow(approvalId, approver, breakGlass))) !== undefined;

/**
 * Whether this person's answer was counted before. After approving, a person may still deny, which stops a plan that is
 * not granted yet, and may approve again to override a change freeze that began since.
 */
const hasAnswered =
  ({ approvalId, approver, answer, freeze }: EffectiveAnswer) =>
  (events: readonly TraceEvent[]): boolean =>
    allOf(events, 'approval.answered')
      .filter(({ data }) => data.approvalId === approvalId && data.approver === approver && data.counted)
      .some(({ data }) => {
        if (data.answer === 'deny') return true;
        return answer === 'approve' && (freeze === undefined || data.breakGlass === true);
      });

/** Whether an answer counts. */
type AnswerRecord =
  { readonly kind: 'counted' | 'duplicate' } | { readonly kind: 'not-entitled'; readonly reason: string };

/** Records an answer on the trace, once, whether or not policy lets it count. */
export const recordAnswer = async (
  given: EffectiveAnswer,
  question: OpenQuestion,
  journal: Journal,
  ports: { readonly ledger: Ledger; readonly rules: Rules; readonly policy: PolicyEngine },
): Promise<AnswerRecord> => {
  const { approvalId, approver, answer, reason, via } = given;
  const breakGlass = answer === 'approve' && given.freeze !== undefined;
  const entitled = entitlement(ports, approver, question, breakGlass);
  const { statements } = entitled;
  const counted = answer === 'deny' ? entitled.known : entitled.mayApprove;
  if (counted && answer === 'approve')
    await ports.ledger.create(approvalRow(approvalId, approver, breakGlass), { approver, breakGlass });
  const { digest } = question.planned;
  const mark = breakGlassMark(breakGlass);
  const recorded = await journal.onceUnless('approval.answered', hasAnswered(given), () => ({
    data: { approvalId, digest, approver, answer, reason, via, ...mark, counted, statements },
  }));
  if (recorded === undefined) return { kind: 'duplicate' };
  return counted ? { kind: 'counted' } : { kind: 'not-entitled', reason: entitled.reason };
};
