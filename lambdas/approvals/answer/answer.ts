import type { Calendar, Callbacks, Ids, MacGenerator, Notifier, StepPorts, Switch } from '../../contracts/ports.ts';
import { issueGrants } from '../../kernel/changes/grants.ts';
import { grantMinutes } from '../../kernel/changes/timing.ts';
import { agentOf } from '../../kernel/model/agents.ts';
import type { PolicyEngine } from '../../kernel/policy/engine.ts';
import { Journal } from '../../kernel/trace/journal.ts';
import { allOf, lastOf } from '../../kernel/trace/queries.ts';
import { recordAnswer, type Answer, type EffectiveAnswer } from './answer-record.ts';
import { refusalAtQuorum } from './last-checks.ts';
import {
  closeApproval,
  outcomeOf,
  outcomeSentence,
  recordOutcomeOnce,
  refusedBy,
  type ApprovalOutcome,
} from './outcome.ts';
import { sendReceipts } from './receipt.ts';
import { findQuestion, type OpenQuestion } from './question.ts';
import { countApprovals } from './quorum.ts';

export interface AnswerPorts extends StepPorts {
  readonly ids: Ids;
  readonly policy: PolicyEngine;
  readonly switch: Switch;
  readonly calendar: Calendar;
  /** Signs grants. Only apply can verify them. */
  readonly grantMac: MacGenerator;
  readonly callbacks: Callbacks;
  /** Sends receipts to approvers, and notifies everyone when a change freeze is overridden. */
  readonly notifier: Notifier;
}

/** Why an answer has no effect. */
export type Refusal =
  | 'unknown'
  | 'other-plan'
  | 'closed'
  | 'decided'
  | 'expired'
  | 'switch'
  | 'frozen'
  | 'answered'
  | 'not-entitled'
  | 'check';

/** The result of an answer, with a sentence for the person who gave it. */
export type Receipt =
  | { readonly status: 'granted' | 'denied' | 'counted'; readonly message: string }
  | { readonly status: 'refused'; readonly because: Refusal; readonly message: string };

const refused = (because: Refusal, message: string): Receipt => ({ status: 'refused', because, message });

interface AnswerContext {
  readonly answer: EffectiveAnswer;
  readonly question: OpenQuestion;
  readonly journal: Journal;
}

/** Takes one person's answer: checks it against policy, records it once, and counts it towards the quorum. */
export const takeAnswer = async (given: Answer, ports: AnswerPorts): Promise<Receipt> => {
  const answer = { ...given, freeze: await ports.calendar.freeze() };
  const question = await findQuestion(ports.ledger, answer.approvalId);
  if (question === undefined) return refused('unknown', 'There is no such approval request.');
  if (answer.digest !== undefined && answer.digest !== question.planned.digest)
    return refused(
      'other-plan',
      `You were shown the plan ${answer.digest}, and this request is about another one. Look at it again.`,
    );
  // Two clicks are two answers, not two attempts of one step: each writes under a name of its own, so
  // that neither takes the other's event for its own when they race.
  const at = { incidentId: question.incidentId, seq: question.events.length };
  const journal = await Journal.open(ports, ports.ids.fresh('approve-page'), at);
  const context: AnswerContext = { answer, question, journal };
  const refusal = (await refuseIfDecided(context, ports)) ?? (await refuseIfBlocked(context, ports));
  if (refusal !== undefined) return refusal;
  const recorded = await recordAnswer(answer, question, journal, ports);
  if (recorded.kind === 'duplicate') return refused('answered', 'You have already answered. One person counts once.');
  await sendReceipts([recorded.event], { planned: question.planned, journal }, ports);
  if (recorded.kind === 'not-entitled')
    return refused('not-entitled', `Your answer was recorded but does not count: ${recorded.reason}`);
  const reason = answer.reason.trim() === '' ? 'no reason was given.' : answer.reason.trim();
  if (answer.answer === 'approve') return grantOnQuorum(reason, context, ports);
  return closeWith({ outcome: 'denied', by: [answer.approver], reason, grants: [] }, context, ports);
};

/** Refuses an answer to a question that has an outcome, after completing what a killed function left undone. */
const refuseIfDecided = async (context: AnswerContext, ports: AnswerPorts): Promise<Receipt | undefined> => {
  const { answer, question, journal } = context;
  const open = lastOf(question.events, 'incident.closed') === undefined;
  const recorded = await outcomeOf(ports.ledger, answer.approvalId);
  const outcome = recorded ?? (open ? await denialLeftUndone(context, ports) : undefined);
  if (outcome === undefined) return undefined;
  if (open)
    await closeApproval(answer.approvalId, outcome, { planned: question.planned, journal, announcer: 'page' }, ports);
  return refused('decided', `This was already decided. ${outcomeSentence(outcome)}`);
};

/**
 * Records the outcome of a denial whose function died before it could. Otherwise another approver could still approve the
 * plan. Whatever denies a plan on its trace, it is not granted: a made-up denial stops a change, and its approver hears of it.
 */
const denialLeftUndone = async (
  { answer, question, journal }: AnswerContext,
  ports: AnswerPorts,
): Promise<ApprovalOutcome | undefined> => {
  const denial = allOf(question.events, 'approval.answered').find(
    ({ data }) => data.approvalId === answer.approvalId && data.answer === 'deny' && data.counted,
  );
  if (denial === undefined) return undefined;
  await sendReceipts([denial], { planned: question.planned, journal }, ports);
  const { approver, reason } = denial.data;
  return recordOutcomeOnce(ports.ledger, answer.approvalId, { outcome: 'denied', by: [approver], reason, grants: [] });
};

/** Refuses an answer that cannot count now, whoever gives it: closed incident, expiry, kill switch, change freeze. */
const refuseIfBlocked = async (
  { answer, question: { events, asked } }: AnswerContext,
  ports: AnswerPorts,
): Promise<Receipt | undefined> => {
  if (lastOf(events, 'incident.closed') !== undefined)
    return refused('closed', 'The incident was closed without an answer. Nothing can be changed in it any more.');
  if (!(Date.parse(asked.expiresAt) > ports.clock.now().getTime()))
    return refused('expired', `The approval request expired at ${asked.expiresAt}. Silence counts as no.`);
  if (answer.answer === 'deny') return undefined;
  const position = await ports.switch.read();
  if (position !== 'on')
    return refused('switch', `The kill switch is ${position}: nothing can be approved now. You can still deny.`);
  if (answer.freeze === undefined || (answer.breakGlass === true && answer.reason.trim() !== '')) return undefined;
  return refused(
    'frozen',
    `${answer.freeze} To approve anyway, override the change freeze (break-glass) and say why. You can still deny.`,
  );
};

/** Grants the plan if enough people have approved it and nothing stands against it by now. */
const grantOnQuorum = async (reason: string, context: AnswerContext, ports: AnswerPorts): Promise<Receipt> => {
  const { question, journal } = context;
  const { freeze } = context.answer;
  const breakGlass = freeze !== undefined;
  const quorum = await countApprovals(question, journal.events, breakGlass, ports);
  if (quorum.kind === 'never')
    return refused('not-entitled', `Your approval was recorded but has no effect: ${quorum.reason}`);
  const { kind, by, needed, approvals } = quorum;
  if (kind === 'open') return { status: 'counted', message: `Your approval counts. ${by.length} of ${needed} needed.` };
  // The function that took another approval may have died before it sent the receipt. No plan is granted without it.
  const others = approvals.filter(({ data }) => data.approver !== context.answer.approver);
  await sendReceipts(others, { planned: question.planned, journal }, ports);
  const stopped = await refusalAtQuorum(question, { approvers: by, breakGlass }, ports);
  if (stopped !== undefined) return closeWith(refusedBy(stopped), context, ports);
  const minutes = grantMinutes(ports.rules.settings, agentOf(ports.rules, question.agent));
  const mac = ports.grantMac;
  const grants = await issueGrants({ ...ports, mac }, question.planned, { approvers: by, breakGlass }, minutes);
  return closeWith({ outcome: 'granted', by: [...by], reason, grants, ...(breakGlass && { freeze }) }, context, ports);
};

/** Records the outcome, unless a faster answer did so first, and closes the approval with what was recorded. */
const closeWith = async (
  outcome: ApprovalOutcome,
  { answer, question, journal }: AnswerContext,
  ports: AnswerPorts,
): Promise<Receipt> => {
  const recorded = await recordOutcomeOnce(ports.ledger, answer.approvalId, outcome);
  await closeApproval(answer.approvalId, recorded, { planned: question.planned, journal, announcer: 'page' }, ports);
  if (recorded.outcome !== outcome.outcome || recorded.check !== outcome.check)
    return refused('decided', `Somebody else was faster. ${outcomeSentence(recorded)}`);
  if (recorded.check !== undefined)
    return refused(
      'check',
      `Your approval was recorded, but nothing is changed (${recorded.check}): ${recorded.reason} The agent is told, and may propose it again.`,
    );
  return recorded.outcome === 'granted'
    ? {
        status: 'granted',
        message: 'Approved. The change is made now, unless the target has changed since the dry run.',
      }
    : { status: 'denied', message: 'Denied. Nothing will be changed, and the agent gets your reason.' };
};
