import type { Rules } from '../../contracts/rules.ts';
import type { PolicyEngine } from '../../kernel/policy/engine.ts';
import { allOf, findPlan, isTriggerOwner, type PlanOnTrace } from '../../kernel/trace/queries.ts';
import type { Ledger } from '../../contracts/ports.ts';
import type { TraceEvent } from '../../contracts/events.ts';
import { Question, questionRow } from './outcome.ts';

/** The question with its plan and its trace; nothing where there is no such question. */
export const findQuestion = async (ledger: Ledger, approvalId: string) => {
  const row = await ledger.fetch(questionRow(approvalId));
  if (row === undefined) return undefined;
  const question = Question.parse(row.data);
  const events = await ledger.events(question.incidentId);
  const planned = findPlan(events, question.digest);
  const asked = allOf(events, 'approval.asked').find((event) => event.data.approvalId === approvalId);
  return planned === undefined || asked === undefined ? undefined : { question, events, planned, asked: asked.data };
};
/** What stands behind a link. */
export type OpenQuestion = NonNullable<Awaited<ReturnType<typeof findQuestion>>>;

/** Whether a person is one of the approvers, and whether policy lets them approve this plan, as of now. */
export const entitlement = (
  { rules, policy }: { readonly rules: Rules; readonly policy: PolicyEngine },
  email: string,
  { planned, events }: { readonly planned: PlanOnTrace; readonly events: readonly TraceEvent[] },
  breakGlass: boolean,
) => {
  const approver = rules.settings.approvers.find((one) => one.email === email);
  if (approver === undefined)
    return { known: false, mayApprove: false, reason: `${email} is not among the approvers any more.`, statements: [] };
  const { tool, target, facts, report } = planned.plan;
  const triggerOwner = isTriggerOwner(events, email);
  const ruling = policy.mayApprove({ approver, tool, target, facts, report, breakGlass, triggerOwner });
  return {
    known: true,
    mayApprove: ruling.verdict === 'permitted',
    reason: ruling.reason,
    statements: ruling.statements,
  };
};
