import { allOf, lastOf } from '../../kernel/trace/queries.ts';
import type { MacVerifier } from '../../contracts/ports.ts';
import type { AnswerPorts } from '../answer/answer.ts';
import type { ApprovalLink } from '../answer/approval-link.ts';
import { entitlement, findQuestion, type OpenQuestion } from '../answer/question.ts';
import { outcomeOf, type ApprovalOutcome } from '../answer/outcome.ts';

/** What the page needs: everything that taking an answer does, and the key that checks links. */
export interface PagePorts extends AnswerPorts {
  readonly linkMac: MacVerifier;
}

/** One look at the page: what stands behind the link, who looks, and how things stand for that person. */
export interface PageView {
  readonly token: string;
  readonly approver: string;
  readonly question: OpenQuestion;
  readonly now: Date;
  readonly outcome: ApprovalOutcome | undefined;
  /** The incident ended without an answer. */
  readonly closed: boolean;
  readonly mayApprove: { readonly permitted: boolean; readonly reason: string };
  /** What the change calendar says, where an approval has to break the glass. */
  readonly freeze: string | undefined;
  /** This person approved before, and it still counts. */
  readonly approvedBefore: boolean;
}

/** Why there is nothing to show. */
export interface NoPage {
  readonly statusCode: number;
  readonly says: string;
}

/** Reads what a genuine link leads to. Records nothing: mail scanners open links too. */
export const pageViewOf = async (token: string, link: ApprovalLink, ports: PagePorts): Promise<PageView | NoPage> => {
  const question = await findQuestion(ports.ledger, link.approvalId);
  if (question === undefined) return { statusCode: 410, says: 'There is no question behind this link any more.' };
  const freeze = await ports.calendar.freeze();
  const right = entitlement(ports, link.approver, question, freeze !== undefined);
  if (!right.known)
    return { statusCode: 403, says: `${right.reason} Ask one of them to look at the message they got.` };
  const position = await ports.switch.read();
  const stopped = position !== 'on';
  return {
    token,
    approver: link.approver,
    question,
    now: ports.clock.now(),
    outcome: await outcomeOf(ports.ledger, link.approvalId),
    closed: lastOf(question.events, 'incident.closed') !== undefined,
    mayApprove: {
      permitted: right.mayApprove && !stopped,
      reason: stopped ? `The kill switch is ${position}. You can still deny.` : right.reason,
    },
    freeze,
    approvedBefore: allOf(question.events, 'approval.answered').some(
      ({ data }) =>
        data.approvalId === link.approvalId &&
        data.approver === link.approver &&
        data.counted &&
        (freeze === undefined || data.breakGlass === true),
    ),
  };
};
