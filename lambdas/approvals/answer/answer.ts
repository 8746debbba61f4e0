import type { Rules } from '../../contracts/rules.ts';
import type { EventData, TraceEvent } from '../../contracts/events.ts';
import { agentOf } from '../../kernel/model/agents.ts';
import { breakGlassMark, issueGrants } from '../../kernel/changes/grants.ts';
import { Journal } from '../../kernel/trace/journal.ts';
import type { PolicyEngine } from '../../kernel/policy/engine.ts';
import { grantMinutes } from '../../kernel/changes/timing.ts';
import { allOf, lastOf } from '../../kernel/trace/queries.ts';
import type { Calendar, Callbacks, Clock, Ids, Ledger, MacGenerator, Notifier, Switch } from '../../contracts/ports.ts';
import { entitlement, findQuestion, type OpenQuestion } from './question.ts';
import { countApprovals } from './quorum.ts';
import { recordApproval } from './approval-rows.ts';
import { finish, outcomeSentence, recordOutcomeOnce, outcomeOf, type ApprovalOutcome } from './outcome.ts';

export interface AnswerPorts {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly policy: PolicyEngine;
  readonly switch: Switch;
  readonly calendar: Calendar;
  /** Signs grants. It can only generate: whether a grant holds is for apply to say. */
  readonly grantMac: MacGenerator;
  readonly callbacks: Callbacks;
  /** Tells everyone of a broken change freeze. */
  readonly notifier: Notifier;
  readonly rules: Rules;
}

/** One person's answer to one question. */
export interface Answer {
  readonly approvalId: string;
  readonly approver: string;
  readonly answer: 'approve' | 'deny';
  readonly reason: string;
  /** Said by hand: the approval is meant also in spite of a change freeze. Needs a reason, and a freeze. */
  readonly breakGlass?: boolean;
  readonly via: EventData<'approval.answered'>['via'];
}

/** Why an answer does not decide anything. */
export type Refusal = 'unknown' | 'closed' | 'settled' | 'expired' | 'switch' | 'frozen' | 'answered' | 'not-entitled';

/** What came of an answer, in a sentence for the person who gave it. */
export type Receipt =
  | { readonly status: 'granted' | 'denied' | 'counted'; readonly says: string }
  | { readonly status: 'refused'; readonly because: Refusal; readonly says: string };

const refused = (because: Refusal, says: string): Receipt => ({ status: 'refused', because, says });

/** An answer as it counts: `freeze` is the change freeze that it is given in, which only a broken glass gets past. */
type EffectiveAnswer = Answer & { readonly freeze: string | undefined };

/** Why a question takes no answer of this kind now, whoever gives it. */
const blocker = async (
  given: EffectiveAnswer,
  { events, asked }: OpenQuestion,
  ports: AnswerPorts,
): Promise<Receipt | undefined> => {
  if (lastOf(events, 'incident.closed') !== undefined)
    return refused('closed', 'The incident was closed without an answer. Nothing can be changed in it any more.');
  if (!(Date.parse(asked.expiresAt) > ports.clock.now().getTime()))
    return refused('expired', `The question expired at ${asked.expiresAt}. Silence counts as no.`);
  if (given.answer === 'deny') return undefined;
  const position = await ports.switch.read();
  if (position !== 'on')
    return refused('switch', `The kill switch is ${position}: nothing can be approved now. You can still deny.`);
  if (given.freeze === undefined || (given.breakGlass === true && given.reason.trim() !== '')) return undefined;
  return refused(
    'frozen',
    `${given.freeze} To approve in spite of it, break the glass and say why. You can still deny.`,
  );
};

/**
 * One person counts once. Heard after one's own approval is only a denial, which stops what was not yet granted,
 * and an approval that breaks the glass where the first did not.
 */
const answeredBefore =
  ({ approvalId, approver, answer, freeze }: EffectiveAnswer) =>
  (events: readonly TraceEvent[]): boolean =>
    allOf(events, 'approval.answered')
      .filter(({ data }) => data.approvalId === approvalId && data.approver === approver && data.counted)
      .some(({ data }) => {
        if (data.answer === 'deny') return true;
        return answer === 'approve' && (freeze === undefined || data.breakGlass === true);
      });

const close = async (
  outcome: ApprovalOutcome,
  given: EffectiveAnswer,
  { planned }: OpenQuestion,
  journal: Journal,
  ports: AnswerPorts,
): Promise<Receipt> => {
  const settled = await recordOutcomeOnce(ports.ledger, given.approvalId, outcome);
  await finish(journal, ports, given.approvalId, planned, settled);
  if (settled.outcome !== outcome.outcome)
    return refused('settled', `Somebody was faster. ${outcomeSentence(settled)}`);
  return settled.outcome === 'granted'
    ? { status: 'granted', says: 'Approved. The change is made now, if the target is still as the dry run saw it.' }
    : { status: 'denied', says: 'Denied. Nothing will be changed, and the agent gets your reason.' };
};

const grant = async (
  reason: string,
  given: EffectiveAnswer,
  open: OpenQuestion,
  journal: Journal,
  ports: AnswerPorts,
): Promise<Receipt> => {
  const { freeze } = given;
  const breakGlass = freeze !== undefined;
  const quorum = await countApprovals(open, journal.events, breakGlass, ports);
  if (quorum.kind === 'never') return refused('not-entitled', `Your approval was recorded, but: ${quorum.reason}`);
  const { kind, by, needed } = quorum;
  if (kind === 'open') return { status: 'counted', says: `Your approval counts. ${by.length} of ${needed} needed.` };
  const minutes = grantMinutes(ports.rules.settings, agentOf(ports.rules, open.question.agent));
  const yes = { approvers: by, breakGlass };
  const grants = await issueGrants({ ...ports, mac: ports.grantMac }, open.planned, yes, minutes);
  const outcome: ApprovalOutcome = { outcome: 'granted', by: [...by], reason, grants, ...(breakGlass && { freeze }) };
  return close(outcome, given, open, journal, ports);
};

/** Takes one person's answer: recorded, held to policy, counted towards the quorum, and at most once. */
export const takeAnswer = async (answer: Answer, ports: AnswerPorts): Promise<Receipt> => {
  const given: EffectiveAnswer = { ...answer, freeze: await ports.calendar.freeze() };
  const open = await findQuestion(ports.ledger, given.approvalId);
  if (open === undefined) return refused('unknown', 'There is no such question.');
  const { question, planned, events } = open;
  // Two clicks are two answers, not two attempts of one step: each writes under a name of its own, so
  // that neither takes the other's event for its own when they race.
  const journal = await Journal.open(ports, ports.ids.fresh('approve-page'), {
    incidentId: question.incidentId,
    seq: events.length,
  });
  const over = await outcomeOf(ports.ledger, given.approvalId);
  if (over !== undefined) {
    if (lastOf(events, 'incident.closed') === undefined) await finish(journal, ports, given.approvalId, planned, over);
    return refused('settled', `This was settled before. ${outcomeSentence(over)}`);
  }
  const hindrance = await blocker(given, open, ports);
  if (hindrance !== undefined) return hindrance;
  const breakGlass = given.answer === 'approve' && given.freeze !== undefined;
  const right = entitlement(ports, given.approver, open, breakGlass);
  const counted = given.answer === 'deny' ? right.known : right.mayApprove;
  if (counted && given.answer === 'approve')
    await recordApproval(ports.ledger, given.approvalId, given.approver, breakGlass);
  const recorded = await journal.onceUnless('approval.answered', answeredBefore(given), () => ({
    data: {
      approvalId: given.approvalId,
      digest: planned.digest,
      approver: given.approver,
      answer: given.answer,
      reason: given.reason,
      via: given.via,
      ...breakGlassMark(breakGlass),
      counted,
      statements: right.statements,
    },
  }));
  if (recorded === undefined)
    return refused('answered', 'You have answered this question before. One person counts once.');
  if (!counted) return refused('not-entitled', `Your answer was recorded but does not count: ${right.reason}`);

  const reason = given.reason.trim() === '' ? 'no reason was given.' : given.reason.trim();
  return given.answer === 'deny'
    ? close({ outcome: 'denied', by: [given.approver], reason, grants: [] }, given, open, journal, ports)
    : grant(reason, given, open, journal, ports);
};
