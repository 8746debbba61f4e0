import type { Rules } from '../contracts/rules.ts';
import type { EventData } from '../contracts/events.ts';
import { agentOf } from '../kernel/agents.ts';
import { issueGrants } from '../kernel/grants.ts';
import { Journal } from '../kernel/journal.ts';
import type { PolicyEngine } from '../kernel/policy.ts';
import { grantMinutes } from '../kernel/timing.ts';
import { allOf, findPlan, lastOf, type PlanOnTrace } from '../kernel/trace.ts';
import type { Callbacks, Clock, Ids, Ledger, MacGenerator, Switch } from '../ports.ts';
import { finish, Question, questionRow, settleOnce, settlementOf } from './settlement.ts';

export interface AnswerPorts {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly policy: PolicyEngine;
  readonly switch: Switch;
  /** Signs grants. It can only generate: whether a grant holds is for apply to say. */
  readonly grantMac: MacGenerator;
  readonly callbacks: Callbacks;
  readonly rules: Rules;
}

/** One person's answer to one question. */
export interface Answer {
  readonly approvalId: string;
  readonly approver: string;
  readonly answer: 'approve' | 'deny';
  readonly reason: string;
  readonly via: EventData<'approval.answered'>['via'];
}

/** What came of an answer, in a sentence for the person who gave it. */
export interface Receipt {
  readonly status: 'granted' | 'denied' | 'counted' | 'refused';
  readonly says: string;
}

const refused = (says: string): Receipt => ({ status: 'refused', says });

/** The question, its plan and the trace, or why there is nothing to answer. */
export const lookUp = async (ledger: Ledger, approvalId: string) => {
  const row = await ledger.fetch(questionRow(approvalId));
  if (row === undefined) return undefined;
  const question = Question.parse(row.data);
  const events = await ledger.events(question.incidentId);
  const planned = findPlan(events, question.digest);
  const asked = allOf(events, 'approval.asked').find((event) => event.data.approvalId === approvalId);
  return planned === undefined || asked === undefined ? undefined : { question, events, planned, asked: asked.data };
};

const entitlement = (ports: AnswerPorts, email: string, { plan }: PlanOnTrace) => {
  const approver = ports.rules.settings.approvers.find((one) => one.email === email);
  if (approver === undefined) return { permitted: false, reason: `${email} is not among the approvers any more.`, statements: [] };
  const ruling = ports.policy.mayApprove({ approver, tool: plan.tool, target: plan.target, facts: plan.facts, report: plan.report });
  return { permitted: ruling.verdict === 'permitted', reason: ruling.reason, statements: ruling.statements };
};

/** Takes one person's answer: recorded, held to policy, counted towards the quorum, and at most once. */
export const takeAnswer = async (given: Answer, ports: AnswerPorts): Promise<Receipt> => {
  const found = await lookUp(ports.ledger, given.approvalId);
  if (found === undefined) return refused('There is no such question.');
  const { question, planned, asked } = found;
  const over = await settlementOf(ports.ledger, given.approvalId);
  const journal = await Journal.open(ports, 'approve-page', { incidentId: question.incidentId, seq: found.events.length });
  if (over !== undefined) {
    await finish(journal, ports, given.approvalId, planned, over);
    return refused(`This was settled before: ${over.outcome}${over.by.length === 0 ? '' : ` by ${over.by.join(', ')}`}.`);
  }
  if (Date.parse(asked.expiresAt) <= ports.clock.now().getTime()) return refused(`The question expired at ${asked.expiresAt}. Silence counts as no.`);
  const position = await ports.switch.read();
  if (position !== 'on' && given.answer === 'approve') return refused(`The kill switch is ${position}: nothing can be approved now.`);
  const right = entitlement(ports, given.approver, planned);
  const counted = given.answer === 'deny' ? ports.rules.settings.approvers.some((one) => one.email === given.approver) : right.permitted;
  const answeredBefore = (events: typeof journal.events): boolean =>
    allOf(events, 'approval.answered').some(({ data }) => data.approvalId === given.approvalId && data.approver === given.approver && data.counted);
  const recorded = await journal.onceUnless('approval.answered', answeredBefore, () => ({
    data: { ...given, digest: planned.digest, counted, statements: right.statements },
  }));
  if (recorded === undefined) return refused('You have answered this question before. One person counts once.');
  if (!counted) return refused(`Your answer was recorded but does not count: ${right.reason}`);

  const reason = given.reason.trim() === '' ? 'no reason was given.' : given.reason.trim();
  if (given.answer === 'deny') {
    const settlement = await settleOnce(ports.ledger, given.approvalId, { outcome: 'denied', by: [given.approver], reason, grants: [] });
    await finish(journal, ports, given.approvalId, planned, settlement);
    return { status: 'denied', says: 'Denied. Nothing will be changed, and the agent gets your reason.' };
  }
  const by = allOf(journal.events, 'approval.answered')
    .filter(({ data }) => data.approvalId === given.approvalId && data.counted && data.answer === 'approve')
    .map(({ data }) => data.approver);
  const needed = lastOf(journal.events, 'plan.judged')?.data.approvalsNeeded ?? asked.needed;
  if (by.length < needed) return { status: 'counted', says: `Your approval counts. ${by.length} of ${needed} needed.` };
  const grants = await issueGrants({ ...ports, mac: ports.grantMac }, planned, by, grantMinutes(ports.rules.settings, agentOf(ports.rules, question.agent)));
  const settlement = await settleOnce(ports.ledger, given.approvalId, { outcome: 'granted', by, reason, grants });
  await finish(journal, ports, given.approvalId, planned, settlement);
  return settlement.outcome === 'granted'
    ? { status: 'granted', says: 'Approved. The change is made now, if the target is still as the dry run saw it.' }
    : refused(`This was settled at the same moment: ${settlement.outcome}.`);
};
