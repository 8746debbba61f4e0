import { refOf } from '../../lambdas/contracts/plan.ts';
import type { TraceEvent } from '../../lambdas/contracts/events.ts';
import { changeById } from '../../lambdas/kernel/trace/heading.ts';
import { allOf, findPlan, lastOf } from '../../lambdas/kernel/trace/queries.ts';

/** An approval request that waits for people. */
export interface WaitingApproval {
  readonly approval: string;
  readonly incident: string;
  /** The change within a sentence: `resize checkout-1 (i-0a1b2c3d4e5f60718)`. */
  readonly change: string;
  readonly tool: string;
  readonly target: string;
  readonly environment: string;
  /** Ids of all who were asked. */
  readonly asked: readonly string[];
  readonly needed: number;
  /** Ids of those who have approved. */
  readonly given: readonly string[];
  readonly expiresAt: string;
  /** 0 once it has expired: then it is closed with the next reminder. */
  readonly minutesLeft: number;
}

/** The request of an incident that nobody has decided. An incident has one at a time. */
export const waitingIn = (events: readonly TraceEvent[], now: Date): WaitingApproval | undefined => {
  const asked = lastOf(events, 'approval.asked');
  if (asked === undefined || lastOf(events, 'incident.closed') !== undefined) return undefined;
  const { approvalId, digest, approvers, needed, expiresAt } = asked.data;
  const ofThis = ({ data }: { readonly data: { readonly approvalId: string } }): boolean =>
    data.approvalId === approvalId;
  const plan = findPlan(events, digest)?.plan;
  if (plan === undefined || allOf(events, 'approval.closed').some(ofThis)) return undefined;
  const reminded = allOf(events, 'approval.reminded').filter(ofThis);
  const answers = allOf(events, 'approval.answered').filter(ofThis);
  const given = answers.filter(({ data }) => data.counted && data.answer === 'approve');
  return {
    approval: approvalId,
    incident: asked.incident,
    change: changeById(plan).toString(),
    tool: plan.tool,
    target: refOf(plan.target),
    environment: plan.target.environment,
    asked: [...new Set([...approvers, ...reminded.flatMap(({ data }) => data.approvers)])],
    needed,
    given: [...new Set(given.map(({ data }) => data.approver))],
    expiresAt,
    minutesLeft: Math.max(0, Math.floor((Date.parse(expiresAt) - now.getTime()) / 60_000)),
  };
};
