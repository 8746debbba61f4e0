import { policyToJson } from '@cedar-policy/cedar-wasm/nodejs';
import type { Agent } from '../../lambdas/contracts/agent.ts';
import type { Statement } from '../../lambdas/contracts/checks.ts';
import type { Json } from '../../lambdas/contracts/json.ts';
import type { Plan } from '../../lambdas/contracts/plan.ts';
import type { Rules } from '../../lambdas/contracts/rules.ts';
import { contractBroken } from '../../lambdas/contracts/errors.ts';
import { targetInForce } from '../../lambdas/kernel/changes/environment.ts';
import { decidePlan } from '../../lambdas/kernel/policy/plan-decision.ts';
import { policyTags } from '../../lambdas/kernel/policy/policy-tags.ts';
import type { PolicyEngine } from '../../lambdas/kernel/policy/engine.ts';
import { pathsIn } from '../../lambdas/kernel/policy/rules/lint-terms.ts';
import type { QuorumDecision, PolicyDecision } from '../../lambdas/kernel/policy/decision.ts';

/** A statement that determined the decision, and the values it read. */
interface DeterminingStatement extends Statement {
  readonly reads: Readonly<Record<string, Json>>;
}

/** The answer to one question about a plan. */
export interface ExplainedAnswer {
  readonly question: string;
  readonly verdict: PolicyDecision['verdict'];
  /** For the number of approvals: the smallest that suffices. */
  readonly approvals: number | null;
  readonly reason: string;
  readonly statements: readonly DeterminingStatement[];
}

/** What the policies decide about a plan, question by question. */
export interface Explanation {
  readonly verdict: 'refused' | 'unattended' | 'needs-approval';
  readonly approvalsNeeded: number;
  /** The people that policy allows to approve it. */
  readonly approvers: readonly string[];
  /** The result, in a sentence. */
  readonly says: string;
  readonly answers: readonly ExplainedAnswer[];
}

/** Evaluates every question about a plan, including those that the flow would not reach. */
export const explainPlan = (plan: Plan, agent: Agent, rules: Rules, policy: PolicyEngine): Explanation => {
  const { tool, facts, report } = plan;
  const target = targetInForce(plan.target, rules.settings);
  const question = { agent, tool, target, facts, report, breakGlass: false };
  const decision = decidePlan(policy, question);
  const release = policy.approvalsNeeded(question);
  const people = rules.settings.approvers.map((approver) => ({
    approver,
    decision: policy.mayApprove({ ...question, approver, triggerOwner: false }),
  }));
  const approvers = people.filter((one) => one.decision.verdict === 'permitted').map((one) => one.approver.id);
  const answer = (name: string, given: PolicyDecision | QuorumDecision): ExplainedAnswer => ({
    question: name,
    verdict: given.verdict,
    approvals: 'needed' in given ? given.needed : null,
    reason: given.reason,
    statements: given.statements.map((statement) => determining(statement, { ...plan, target }, rules)),
  });
  return {
    verdict: decision.verdict,
    approvalsNeeded: decision.approvalsNeeded,
    approvers,
    says: inWords(decision.verdict, decision.approvalsNeeded, approvers),
    answers: [
      answer('May the agent propose this?', policy.mayPropose({ ...question, phase: 'proposal' })),
      answer('May the plan go ahead as the dry run showed it?', decision.asked.plan),
      answer('May it be applied without a human?', policy.mayApplyUnattended(question)),
      answer('How many approvals does it need?', release),
      ...people.map((one) => answer(`May ${one.approver.id} approve it?`, one.decision)),
    ],
  };
};

const inWords = (verdict: Explanation['verdict'], needed: number, approvers: readonly string[]): string => {
  if (verdict === 'refused') return 'Refused: this plan would not be applied.';
  if (verdict === 'unattended') return 'It would be applied without a human.';
  const people = `${needed} ${needed === 1 ? 'approval' : 'approvals by different people'}`;
  if (approvers.length < needed)
    return `It needs ${people}, but only ${approvers.length} of the approvers may approve it, so it can never be applied.`;
  return `It needs ${people}, from ${approvers.join(', ')}.`;
};

const determining = (statement: Statement, plan: Plan, rules: Rules): DeterminingStatement => {
  const parsed = policyToJson(rules.policies[statement.id] ?? '');
  if (parsed.type === 'failure') throw contractBroken(`The compiled policy ${statement.id} does not parse.`);
  const { conditions } = parsed.json;
  const known = valuesOf(plan);
  const reads = pathsIn(conditions).flatMap((path): [string, Json][] => {
    const value = known[path];
    return value === undefined ? [] : [[path, value]];
  });
  return { ...statement, reads: Object.fromEntries(reads) };
};

/** Everything that policies can read about a plan, by path. */
const valuesOf = ({ tool, target, facts, report }: Plan): Readonly<Record<string, Json>> => {
  const { tags, ...attributes } = target;
  const under = (base: string, values: Readonly<Record<string, Json>>): [string, Json][] =>
    Object.entries(values).map(([name, value]) => [`${base}.${name}`, value]);
  const cents = report.cost.deltaCentsPerMonth;
  return Object.fromEntries([
    ['context.tool', tool],
    ...under('context.facts', facts),
    ...under('context.report', { costDeltaCentsPerMonth: cents ?? 0, costKnown: cents !== null }),
    ...under('resource', attributes),
    ...under('resource.tags', policyTags(tags)),
  ]);
};
