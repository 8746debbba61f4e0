import type { Moment } from '../../contracts/moment.ts';

type Request = Extract<Moment, { moment: 'approval.asked' | 'approval.reminded' | 'approval.escalated' }>;

/** Whether a moment asks people for a decision. */
export const isRequest = (moment: Moment): moment is Request =>
  moment.moment === 'approval.asked' || moment.moment === 'approval.reminded' || moment.moment === 'approval.escalated';

/** Whether an incident ended so that a person must go on. */
const needsTakeover = (moment: Moment): boolean =>
  moment.moment === 'incident.closed' && (moment.outcome === 'escalated' || moment.outcome === 'failed');

/** Whether a change or its rollback did not end as planned. */
const wentWrong = (moment: Moment): boolean =>
  ((moment.moment === 'change.applied' || moment.moment === 'change.rolled-back') && moment.outcome !== 'applied') ||
  (moment.moment === 'change.verified' && moment.outcome === 'worse');

/** Moments of a batch, by who needs to act: requests that are still open there, what needs people otherwise, the rest. */
export const byNeed = (
  moments: readonly Moment[],
): {
  readonly requests: readonly Request[];
  readonly urgent: readonly Moment[];
  readonly others: readonly Moment[];
} => {
  // An incident that is closed asks for nothing any more, whether its request was answered or not.
  const ended = new Set(
    moments.flatMap((one) =>
      one.moment === 'approval.decided' || one.moment === 'incident.closed' ? [one.approvalId] : [],
    ),
  );
  const latest = new Map(moments.filter(isRequest).map((one) => [one.approvalId, one]));
  const requests = [...latest.values()].filter(({ approvalId }) => !ended.has(approvalId));
  const rest = moments.filter((one) => !isRequest(one) || !requests.includes(one));
  const isUrgent = (one: Moment): boolean => needsTakeover(one) || wentWrong(one);
  return { requests, urgent: rest.filter(isUrgent), others: rest.filter((one) => !isUrgent(one)) };
};
