import type { Rules } from '../contracts/rules.ts';
import type { EventData, TraceEvent } from '../contracts/events.ts';
import { agentOf } from '../kernel/agents.ts';
import { issueGrants } from '../kernel/grants.ts';
import { Journal } from '../kernel/journal.ts';
import type { PolicyEngine } from '../kernel/policy.ts';
import { grantMinutes } from '../kernel/timing.ts';
import { allOf, lastOf } from '../kernel/trace.ts';
import type { Callbacks, Clock, Ids, Ledger, MacGenerator, Switch } from '../ports.ts';
import { entitlement, lookUp, type Found } from './question.ts';
import { finish, settledSentence, settleOnce, settlementOf, type Settlement } from './settlement.ts';

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

/** Why an answer does not decide anything. */
export type Refusal = 'unknown' | 'closed' | 'settled' | 'expired' | 'switch' | 'answered' | 'not-entitled';

/** What came of an answer, in a sentence for the person who gave it. */
export type Receipt =
  | { readonly status: 'granted' | 'denied' | 'counted'; readonly says: string }
  | { readonly status: 'refused'; readonly because: Refusal; readonly says: string };

const refused = (because: Refusal, says: string): Receipt => ({ status: 'refused', because, says });

/** Why a question takes no answer of this kind now, whoever gives it. */
const obstacle = async (given: Answer, { events, asked }: Found, ports: AnswerPorts): Promise<Receipt | undefined> => {
  if (lastOf(events, 'incident.closed') !== undefined)
    return refused('closed', 'The incident was closed without an answer. Nothing can be changed in it any more.');
  if (!(Date.parse(asked.expiresAt) > ports.clock.now().getTime()))
    return refused('expired', `The question expired at ${asked.expiresAt}. Silence counts as no.`);
  const position = given.answer === 'approve' ? await ports.switch.read() : 'on';
  return position === 'on'
    ? undefined
    : refused('switch', `The kill switch is ${position}: nothing can be approved now. You can still deny.`);
};

/** One person counts once. Only a denial is heard after one's own approval: it stops what was not yet granted. */
const heardBefore =
  (given: Answer) =>
  (events: readonly TraceEvent[]): boolean =>
    allOf(events, 'approval.answered').some(
      ({ data }) =>
        data.approvalId === given.approvalId &&
        data.approver === given.approver &&
        data.counted &&
        (given.answer === 'approve' || data.answer === 'deny'),
    );

const settle = async (
  settlement: Settlement,
  given: Answer,
  { planned }: Found,
  journal: Journal,
  ports: AnswerPorts,
): Promise<Receipt> => {
  const settled = await settleOnce(ports.ledger, given.approvalId, settlement);
  await finish(journal, ports, given.approvalId, planned, settled);
  if (settled.outcome !== settlement.outcome)
    return refused('settled', `Somebody was faster. ${settledSentence(settled)}`);
  return settled.outcome === 'granted'
    ? { status: 'granted', says: 'Approved. The change is made now, if the target is still as the dry run saw it.' }
    : { status: 'denied', says: 'Denied. Nothing will be changed, and the agent gets your reason.' };
};

const grant = async (
  reason: string,
  given: Answer,
  found: Found,
  journal: Journal,
  ports: AnswerPorts,
): Promise<Receipt> => {
  const by = allOf(journal.events, 'approval.answered')
    .filter(({ data }) => data.approvalId === given.approvalId && data.counted && data.answer === 'approve')
    .map(({ data }) => data.approver);
  const { needed } = found.asked;
  if (by.length < needed) return { status: 'counted', says: `Your approval counts. ${by.length} of ${needed} needed.` };
  const minutes = grantMinutes(ports.rules.settings, agentOf(ports.rules, found.question.agent));
  const grants = await issueGrants({ ...ports, mac: ports.grantMac }, found.planned, by, minutes);
  return settle({ outcome: 'granted', by, reason, grants }, given, found, journal, ports);
};

/** Takes one person's answer: recorded, held to policy, counted towards the quorum, and at most once. */
export const takeAnswer = async (given: Answer, ports: AnswerPorts): Promise<Receipt> => {
  const found = await lookUp(ports.ledger, given.approvalId);
  if (found === undefined) return refused('unknown', 'There is no such question.');
  const { question, planned, events } = found;
  // Two clicks are two answers, not two attempts of one step: each writes under a name of its own, so
  // that neither takes the other's event for its own when they race.
  const journal = await Journal.open(ports, ports.ids.fresh('approve-page'), {
    incidentId: question.incidentId,
    seq: events.length,
  });
  const over = await settlementOf(ports.ledger, given.approvalId);
  if (over !== undefined) {
    if (lastOf(events, 'incident.closed') === undefined) await finish(journal, ports, given.approvalId, planned, over);
    return refused('settled', `This was settled before. ${settledSentence(over)}`);
  }
  const hindrance = await obstacle(given, found, ports);
  if (hindrance !== undefined) return hindrance;
  const right = entitlement(ports, given.approver, planned);
  const counted = given.answer === 'deny' ? right.known : right.mayApprove;
  const recorded = await journal.onceUnless('approval.answered', heardBefore(given), () => ({
    data: { ...given, digest: planned.digest, counted, statements: right.statements },
  }));
  if (recorded === undefined)
    return refused('answered', 'You have answered this question before. One person counts once.');
  if (!counted) return refused('not-entitled', `Your answer was recorded but does not count: ${right.reason}`);

  const reason = given.reason.trim() === '' ? 'no reason was given.' : given.reason.trim();
  return given.answer === 'deny'
    ? settle({ outcome: 'denied', by: [given.approver], reason, grants: [] }, given, found, journal, ports)
    : grant(reason, given, found, journal, ports);
};
