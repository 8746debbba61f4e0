import type { Agent } from '../../contracts/agent.ts';
import type { Statement } from '../../contracts/checks.ts';
import type { TraceEvent } from '../../contracts/events.ts';
import type { Rules } from '../../contracts/rules.ts';
import type { PlanQuestion, PolicyEngine } from './engine.ts';
import { mayApproveNow } from './entitlement.ts';
import { incidentPolicy } from './incident-policy.ts';

/** What policy says now about a plan that was approved before. */
export interface Reevaluation {
  readonly verdict: 'permitted' | 'refused';
  readonly reason: string;
  readonly statements: readonly Statement[];
}

interface ReevaluationPorts {
  readonly rules: Rules;
  readonly policy: PolicyEngine;
}

/** Who approved, and whether they overrode a change freeze. */
interface Approval {
  readonly approvers: readonly string[];
  readonly breakGlass?: boolean | undefined;
}

/**
 * Asks again about a plan that people approved, with the facts of now: may it be applied, and do their approvals still
 * suffice? They approved what they saw. A plan that takes more approvals by now, or of other people, needs a new approval.
 */
export const reevaluatePlan = (
  ports: ReevaluationPorts,
  question: PlanQuestion & { readonly agent: Agent },
  approval: Approval,
  events: readonly TraceEvent[],
): Reevaluation => {
  const plan = incidentPolicy(ports, events).mayPropose({ ...question, phase: 'plan' });
  if (plan.verdict === 'refused') return plan;
  const approved = quorumNow(ports, question, approval, events);
  const reason = approved.verdict === 'refused' ? approved.reason : plan.reason;
  return { verdict: approved.verdict, reason, statements: [...plan.statements, ...approved.statements] };
};

/** Whether the people who approved are as many as policy requires now, counting only those who may approve now. */
const quorumNow = (
  ports: ReevaluationPorts,
  question: PlanQuestion,
  { approvers, breakGlass = false }: Approval,
  events: readonly TraceEvent[],
): Reevaluation => {
  const release = incidentPolicy(ports, events).approvalsNeeded({ ...question, breakGlass });
  if (release.verdict === 'refused') return release;
  const { needed, statements } = release;
  const counting = [...new Set(approvers)].filter(
    (id) => mayApproveNow(ports, id, question, events, breakGlass).mayApprove,
  ).length;
  if (counting >= needed) return release;
  const objections = statements.filter(({ effect }) => effect === 'forbid').map(({ reason }) => ` ${reason}`);
  const verb = needed === 1 ? 'approval is' : 'approvals are';
  const count = counting === 0 ? 'none of those that were given counts' : `${counting} of those that were given counts`;
  return {
    verdict: 'refused',
    reason: `${needed} ${verb} needed by now, and ${count}.${objections.join('')}`,
    statements,
  };
};
