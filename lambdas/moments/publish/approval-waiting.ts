import type { ApprovalWaiting } from '../../contracts/approval-waiting.ts';
import type { Moment } from '../../contracts/moment.ts';

/** `approval.waiting`, which pagers of earlier versions listen to, for a request or a reminder. It has no link. */
export const waitingOf = (moment: Moment): ApprovalWaiting | undefined => {
  switch (moment.moment) {
    case 'approval.asked':
      return waiting(moment, 0);
    case 'approval.reminded':
    case 'approval.escalated':
      return waiting(moment, moment.reminder);
    default:
      return undefined;
  }
};

type Request = Extract<Moment, { readonly page: string }>;

const waiting = (request: Request, reminder: number): ApprovalWaiting => {
  const { incidentId, agent, approvalId, approvers, needed, expiresAt, change, subject } = request;
  const { ref } = change.target;
  return {
    version: '1',
    incidentId,
    agent,
    approvalId,
    reminder,
    approvers,
    needed,
    expiresAt,
    tool: change.tool,
    target: { ...change.target, ...(ref.startsWith('arn:') && { arn: ref }) },
    subject,
  };
};
