import type { TraceEvent, TraceEventOf } from '../../contracts/events.ts';
import type { Rules } from '../../contracts/rules.ts';
import { agentOf } from '../../kernel/model/agents.ts';
import type { PolicyEngine } from '../../kernel/policy/engine.ts';
import { incidentPolicy } from '../../kernel/policy/incident-policy.ts';
import { allOf } from '../../kernel/trace/queries.ts';
import type { Clock, Ledger } from '../../contracts/ports.ts';
import { entitlement, type OpenQuestion } from './question.ts';
import { wasRecorded } from './answer-rows.ts';

/** Who has approved, and whether they are enough. `never`: policy forbids the plan, however many people approve it. */
export type ApprovalCount =
  | {
      readonly kind: 'reached' | 'open';
      readonly by: readonly string[];
      readonly needed: number;
      /** The approvals that count. */
      readonly approvals: readonly TraceEventOf<'approval.answered'>[];
    }
  | { readonly kind: 'never'; readonly reason: string };

/**
 * Counts the people whose approval is valid now: it is on the trace, the approval page recorded it, and policy still lets them
 * approve. In a change freeze, people who approved before the freeze must approve again. The quorum is the larger of the one that
 * was asked for and the one that policy requires now.
 */
export const countApprovals = async (
  question: OpenQuestion,
  events: readonly TraceEvent[],
  breakGlass: boolean,
  ports: { readonly ledger: Ledger; readonly clock: Clock; readonly rules: Rules; readonly policy: PolicyEngine },
): Promise<ApprovalCount> => {
  const { planned, asked } = question;
  const policy = incidentPolicy(ports, events);
  const agent = agentOf(ports.rules, question.agent);
  // Evaluated again: new rules may be deployed by now, and the trace alone does not prove that policy permitted it.
  const proposeDecision = policy.mayPropose({ ...planned.plan, agent, phase: 'plan' });
  if (proposeDecision.verdict === 'refused') return { kind: 'never', reason: proposeDecision.reason };
  const releaseDecision = policy.approvalsNeeded({ ...planned.plan, agent, breakGlass });
  if (releaseDecision.verdict === 'refused') return { kind: 'never', reason: releaseDecision.reason };
  const answers = allOf(events, 'approval.answered').filter(
    ({ data }) => data.approvalId === asked.approvalId && data.counted && data.answer === 'approve',
  );
  const approvals: TraceEventOf<'approval.answered'>[] = [];
  for (const answer of answers.filter(({ data }) => !breakGlass || data.breakGlass === true)) {
    const { approver } = answer.data;
    if (approvals.some(({ data }) => data.approver === approver)) continue;
    // Settings may have changed since: who was removed counts no more, and who got another id counts once.
    if (!entitlement(ports, approver, question, breakGlass).mayApprove) continue;
    if (await wasRecorded(answer.data, ports)) approvals.push(answer);
  }
  const by = approvals.map(({ data }) => data.approver);
  const needed = Math.max(asked.needed, releaseDecision.needed);
  return { kind: by.length < needed ? 'open' : 'reached', by, needed, approvals };
};
