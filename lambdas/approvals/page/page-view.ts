import { allOf, lastOf } from '../../kernel/trace/queries.ts';
import type { Identify, LinkRequests, MacVerifier } from '../../contracts/ports.ts';
import type { AnswerPorts } from '../answer/answer.ts';
import type { ApprovalLink } from '../answer/approval-link.ts';
import { entitlement, findQuestion, type OpenQuestion } from '../answer/question.ts';
import { outcomeOf, type ApprovalOutcome } from '../answer/outcome.ts';

/** What the page needs: everything needed to take an answer, and the key that verifies links. */
export interface PagePorts extends AnswerPorts {
  readonly linkMac: MacVerifier;
  readonly linkRequests: LinkRequests;
  /** Says whom the team's proxy signed in. Absent if there is no such proxy: then a link alone says who somebody is. */
  readonly identify?: Identify | undefined;
}

/** What the page shows to one person, as of now. */
export interface PageView {
  readonly token: string;
  readonly approver: string;
  readonly question: OpenQuestion;
  readonly now: Date;
  readonly outcome: ApprovalOutcome | undefined;
  /** The incident ended without an answer. */
  readonly closed: boolean;
  readonly mayApprove: { readonly permitted: boolean; readonly reason: string };
  /** The change freeze that an approval would have to override. */
  readonly freeze: string | undefined;
  /** This person has approved, and it still counts. */
  readonly approvedBefore: boolean;
}

/** Why there is no page to show. */
export interface NoPage {
  readonly statusCode: number;
  readonly message: string;
}

/** Whether the question has ended, so that no answer counts any more, with or without a reason. */
export const isSettled = async ({ approvalId }: ApprovalLink, { ledger }: PagePorts): Promise<boolean> => {
  if ((await outcomeOf(ledger, approvalId)) !== undefined) return true;
  const question = await findQuestion(ledger, approvalId);
  return question !== undefined && lastOf(question.events, 'incident.closed') !== undefined;
};

/** Reads what a genuine link shows. Records nothing: mail scanners open links too. */
export const pageViewOf = async (token: string, link: ApprovalLink, ports: PagePorts): Promise<PageView | NoPage> => {
  const question = await findQuestion(ports.ledger, link.approvalId);
  if (question === undefined)
    return { statusCode: 410, message: 'The approval request of this link no longer exists.' };
  const freeze = await ports.calendar.freeze();
  const entitled = entitlement(ports, link.approver, question, freeze !== undefined);
  if (!entitled.known)
    return { statusCode: 403, message: `${entitled.reason} Ask a current approver to use their own link.` };
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
      permitted: entitled.mayApprove && !stopped,
      reason: stopped ? `The kill switch is ${position}. You can still deny.` : entitled.reason,
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
