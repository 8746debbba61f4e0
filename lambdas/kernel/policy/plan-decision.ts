import type { Statement } from '../../contracts/checks.ts';
import type { PolicyEngine, ReleaseQuestion } from './engine.ts';
import type { QuorumDecision, PolicyDecision } from './decision.ts';

/** What policy says to a confirmed plan: refused, free to be applied, or for so many people to approve. */
export interface PlanDecision {
  readonly verdict: 'refused' | 'unattended' | 'needs-approval';
  /** Of a refusal: whether the change itself is forbidden, or no number of people can release it. */
  readonly refusedBy: 'policy' | 'approval' | null;
  readonly reason: string;
  /** Of the questions that decided. */
  readonly statements: Statement[];
  readonly trips: PolicyDecision['tripsBreaker'];
  readonly approvalsNeeded: number;
  /** The answers themselves, each asked only where those before it left it open. */
  readonly asked: {
    readonly plan: PolicyDecision;
    readonly unattended?: PolicyDecision;
    readonly release?: QuorumDecision;
  };
}

/**
 * Asks the three questions about a plan in their order: may it be carried out, without a human, and if not, by how
 * many? In a change freeze the second is not asked: only a person can break the glass.
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
