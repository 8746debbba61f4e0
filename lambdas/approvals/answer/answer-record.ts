import type { EventData, TraceEvent, TraceEventOf } from '../../contracts/events.ts';
import type { Clock, Ledger } from '../../contracts/ports.ts';
import type { Rules } from '../../contracts/rules.ts';
import { breakGlassMark } from '../../kernel/changes/grants.ts';
import type { PolicyEngine } from '../../kernel/policy/engine.ts';
import type { Journal } from '../../kernel/trace/journal.ts';
import { allOf } from '../../kernel/trace/queries.ts';
import { recordApproval } from './answer-rows.ts';
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
  /** The IAM identity of the person, where that is how they are known. */
  readonly callerArn?: string;
  /** The plan that the person saw, where the way of the answer does not bind it to one. */
  readonly digest?: string;
}

/** An answer, and the change freeze that was on when it was given. */
export type EffectiveAnswer = Answer & { readonly freeze: string | undefined };

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
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'counted'; readonly event: TraceEventOf<'approval.answered'> }
  | { readonly kind: 'not-entitled'; readonly event: TraceEventOf<'approval.answered'>; readonly reason: string };

/** Records an answer on the trace, once, whether or not policy lets it count. */
export const recordAnswer = async (
  given: EffectiveAnswer,
  question: OpenQuestion,
  journal: Journal,
  ports: { readonly ledger: Ledger; readonly clock: Clock; readonly rules: Rules; readonly policy: PolicyEngine },
): Promise<AnswerRecord> => {
  const { approvalId, approver, answer, reason, via, callerArn } = given;
  const breakGlass = answer === 'approve' && given.freeze !== undefined;
  const entitled = entitlement(ports, approver, question, breakGlass);
  const { statements } = entitled;
  const counted = answer === 'deny' ? entitled.known : entitled.mayApprove;
  const { digest } = question.planned;
  const mark = breakGlassMark(breakGlass);
  if (counted && answer === 'approve') await recordApproval({ approvalId, approver, ...mark }, ports);
  const recorded = await journal.onceUnless('approval.answered', hasAnswered(given), () => ({
    data: {
      ...{ approvalId, digest, approver, answer, reason, via, ...mark, counted, statements },
      ...(callerArn !== undefined && { callerArn }),
    },
  }));
  if (recorded === undefined) return { kind: 'duplicate' };
  const { event } = recorded;
  return counted ? { kind: 'counted', event } : { kind: 'not-entitled', event, reason: entitled.reason };
};
