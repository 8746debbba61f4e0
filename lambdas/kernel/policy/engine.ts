import type { Agent } from '../../contracts/agent.ts';
import type { DryRunReport } from '../../contracts/plan.ts';
import type { Approver } from '../../contracts/approver.ts';
import { openCedar, type CedarEntity } from './cedar.ts';
import type { CedarRules } from './once-per-rules.ts';
import {
  evaluate,
  type ChangeInQuestion,
  type PolicyQuestion,
  type QuorumDecision,
  type PolicyDecision,
  type PolicySession,
} from './decision.ts';
import type { Provider } from '../../contracts/provider.ts';

type Report = Pick<DryRunReport, 'cost'>;
interface Proposed extends ChangeInQuestion {
  readonly agent: Pick<Agent, 'name' | 'tools'>;
}

/** A change that an agent wants: before its dry run, or as a plan with the dry run's report. */
type ProposeQuestion = Proposed &
  ({ readonly phase: 'proposal' } | { readonly phase: 'plan'; readonly report: Report });
/** A plan, and the agent that made it. */
export type PlanQuestion = Proposed & { readonly report: Report };
/** The same plan, and whether approvals have to override a change freeze. */
export type ReleaseQuestion = PlanQuestion & { readonly breakGlass: boolean };
/** A plan, and the person who would approve it. */
export type ApproveQuestion = ChangeInQuestion & {
  readonly approver: Pick<Approver, 'id' | 'roles'>;
  readonly report: Report;
  /** Whether the approval would override a change freeze. */
  readonly breakGlass: boolean;
  /** Whether this person triggered the event that led to the plan. */
  readonly triggerOwner: boolean;
};

/** The policy set. Whatever no policy permits, or cannot be evaluated, is refused. */
export interface PolicyEngine {
  mayPropose(question: ProposeQuestion): PolicyDecision;
  mayApplyUnattended(question: PlanQuestion): PolicyDecision;
  mayApprove(question: ApproveQuestion): PolicyDecision;
  /** The smallest number of approvals, 1 to 5, that releases the plan. */
  approvalsNeeded(question: ReleaseQuestion): QuorumDecision;
}

/** An engine of compiled rules. The first question parses them, and throws `Misconfigured` when they do not parse. */
export const policyEngine = (rules: CedarRules, providers: readonly Provider[]): PolicyEngine => {
  let opened: PolicySession | undefined;
  const evaluated = (question: PolicyQuestion) => evaluate((opened ??= { ...openCedar(rules), providers }), question);
  return {
    mayPropose: (question) => evaluated(proposal(question)).decision,
    mayApplyUnattended: (question) => {
      const defaultReason = `No policy permits ${named(question)} without a human.`;
      return evaluated(aboutPlan(question, 'applyUnattended', agentEntity(question.agent), defaultReason)).decision;
    },
    mayApprove: (question) => {
      const { approver, breakGlass, triggerOwner } = question;
      const defaultReason = `No policy permits ${approver.id} to approve ${named(question)}.`;
      const asked = aboutPlan(question, 'approve', approverEntity(approver), defaultReason);
      return evaluated({ ...asked, context: { ...asked.context, breakGlass, triggerOwner } }).decision;
    },
    approvalsNeeded: (question) => quorum(evaluated, question),
  };
};

type Evaluated = (question: PolicyQuestion) => ReturnType<typeof evaluate>;

/** The most approvals that a policy can require for one plan. */
const MOST_APPROVALS = 5;

const quorum = (evaluated: Evaluated, question: ReleaseQuestion): QuorumDecision => {
  const defaultReason = `No number of approvals up to ${MOST_APPROVALS} releases ${named(question)}.`;
  const plan = aboutPlan(question, 'release', agentEntity(question.agent), defaultReason);
  const objections: PolicyDecision['statements'] = [];
  for (let approvals = 1; ; approvals += 1) {
    const { decision, broken } = evaluated({
      ...plan,
      context: { ...plan.context, approvals, breakGlass: question.breakGlass },
      values: { ...plan.values, approvals },
    });
    if (decision.verdict === 'permitted') {
      return { ...decision, needed: approvals, statements: [...objections, ...decision.statements] };
    }
    if (broken || approvals === MOST_APPROVALS) return decision;
    objections.push(...decision.statements.filter((one) => !objections.some((other) => other.id === one.id)));
  }
};

const proposal = (question: ProposeQuestion): PolicyQuestion => {
  const { agent, phase } = question;
  const report = question.phase === 'plan' ? costsOf(question.report) : undefined;
  return {
    ...question,
    principal: agentEntity(agent),
    action: question.tool,
    context: report ? { phase, report } : { phase },
    values: { agent: agent.name, ...report, ...(report && { costDelta: dollars(report) }) },
    defaultReason: `No policy permits ${agent.name} to propose ${named(question)}.`,
  };
};

const aboutPlan = (
  question: PlanQuestion | ApproveQuestion,
  action: string,
  principal: CedarEntity,
  defaultReason: string,
): PolicyQuestion => {
  const report = costsOf(question.report);
  const who = 'agent' in question ? { agent: question.agent.name } : { approver: question.approver.id };
  return {
    ...question,
    principal,
    action,
    context: { tool: question.tool, report },
    values: { ...who, ...report, costDelta: dollars(report) },
    defaultReason,
  };
};

const named = ({ tool, target }: ChangeInQuestion): string => `${tool} on ${target.id}`;

interface Costs {
  readonly costDeltaCentsPerMonth: number;
  readonly costKnown: boolean;
}
const costsOf = ({ cost }: Report): Costs & Record<string, number | boolean> => ({
  costDeltaCentsPerMonth: cost.deltaCentsPerMonth ?? 0,
  costKnown: cost.deltaCentsPerMonth !== null,
});
const dollars = ({ costKnown, costDeltaCentsPerMonth: cents }: Costs): string =>
  costKnown ? `${cents < 0 ? '-' : ''}$${(Math.abs(cents) / 100).toFixed(2)}` : 'an unknown amount';

const agentEntity = (agent: Pick<Agent, 'name' | 'tools'>): CedarEntity => ({
  uid: { type: 'Checkrein::Agent', id: agent.name },
  attrs: { readOnly: agent.tools.change.length === 0 },
  parents: [],
});

const approverEntity = (approver: Pick<Approver, 'id' | 'roles'>): CedarEntity => ({
  uid: { type: 'Checkrein::Approver', id: approver.id },
  attrs: {},
  parents: approver.roles.map((id) => ({ type: 'Checkrein::Role', id })),
});
