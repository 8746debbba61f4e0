import type { Statement } from '../../contracts/checks.ts';
import type { PolicyEngine, ReleaseQuestion } from './engine.ts';
import type { QuorumDecision, PolicyDecision } from './decision.ts';

/** The decision of policy on a confirmed plan: refused, applied unattended, or so many approvals needed. */
export interface PlanDecision {
  readonly verdict: 'refused' | 'unattended' | 'needs-approval';
  /** For a refusal: whether the change itself is forbidden, or no number of approvals can release it. */
  readonly refusedBy: 'policy' | 'approval' | null;
  readonly reason: string;
  /** The policies that determined the decision. */
  readonly statements: Statement[];
  readonly trips: PolicyDecision['tripsBreaker'];
  readonly approvalsNeeded: number;
  /** The single decisions; each question is asked only if the ones before it left the outcome open. */
  readonly asked: {
    readonly plan: PolicyDecision;
    readonly unattended?: PolicyDecision;
    readonly release?: QuorumDecision;
  };
}

/**
 * Asks the three questions about a plan in order: may it be applied, may it be applied without a human, and if
 * not, how many approvals does it need? In a change freeze the second is not asked: only a person can override it.
 */
export const decidePlan = (policy: PolicyEngine, question: ReleaseQuestion): PlanDecision => {
  const plan = policy.mayPropose({ ...question, phase: 'plan' });
  const { statements, reason, tripsBreaker: trips } = plan;
  const common = { statements, reason, trips, approvalsNeeded: 0, refusedBy: null };
  if (plan.verdict === 'refused') return { ...common, verdict: 'refused', refusedBy: 'policy', asked: { plan } };

  const unattended = question.breakGlass ? undefined : policy.mayApplyUnattended(question);
  if (unattended?.verdict === 'permitted') {
    const both = [...statements, ...unattended.statements];
    return { ...common, verdict: 'unattended', statements: both, asked: { plan, unattended } };
  }
  const release = policy.approvalsNeeded(question);
  const asked = { plan, release, ...(unattended && { unattended }) };
  const known = { ...common, statements: [...statements, ...release.statements], asked };
  return release.verdict === 'refused'
    ? { ...known, verdict: 'refused', refusedBy: 'approval', reason: release.reason }
    : { ...known, verdict: 'needs-approval', approvalsNeeded: release.needed };
};
