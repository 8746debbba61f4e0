import { isDeepStrictEqual } from 'node:util';
import type { EventData, TraceEvent, TraceEventOf } from '../../contracts/events.ts';
import type { Grant } from '../../contracts/grant.ts';
import { headingOf } from './heading.ts';
import { joined, plain, quoted, sentence, type PlainText } from './outside-text.ts';
import { minuteOf } from './plan-text.ts';
import { allOf, type PlanOnTrace } from './queries.ts';

/** What became of one plan, in sentences of our code: decided by whom and why, applied, verified, rolled back. */

/** Characters of a reason that a person gave; all of it is in the history of the plan. */
const REASON_LIMIT = 300;
/** Characters of a reason of a check, and of an AWS error. */
const CAUSE_LIMIT = 400;

/** The data of those events that are about this plan. */
const about = <D extends { readonly digest: string | null }>(
  events: readonly { readonly data: D }[],
  { digest }: PlanOnTrace,
): D[] => events.flatMap(({ data }) => (data.digest === digest ? [data] : []));

/** The newest of those events that is about the change of this plan, or about its rollback. */
const newest = <E extends { readonly data: { readonly digest: string; readonly purpose: Grant['purpose'] } }>(
  events: readonly E[],
  { digest }: PlanOnTrace,
  purpose: Grant['purpose'],
): E | undefined => events.findLast(({ data }) => data.digest === digest && data.purpose === purpose);

/** The plan by its handle, with what it would change. */
const nameOf = ({ handle, plan }: PlanOnTrace): PlainText => plain`${handle} (${headingOf(plan)})`;

/** A text of ours that may lack its full stop. */
const ended = (text: PlainText): PlainText => (/[.!?]"?$/.test(text.toString()) ? text : plain`${text}.`);

const byOf = (people: readonly string[], needed: number): PlainText =>
  plain`${joined(people, ', ')} (${people.length} of ${needed})`;

const refusalIn = (checks: EventData<'plan.judged'>['checks']): PlainText => {
  const refusal = checks.find(({ outcome }) => outcome === 'refused');
  return refusal === undefined
    ? plain`no reason was recorded.`
    : ended(plain`(${refusal.check}) ${sentence(refusal.reason, CAUSE_LIMIT)}`);
};

/** How people answered. Begins with a verb. */
const answerOf = (events: readonly TraceEvent[], planned: PlanOnTrace, judged: EventData<'plan.judged'>): PlainText => {
  const asked = about(allOf(events, 'approval.asked'), planned).at(-1);
  const closed = about(allOf(events, 'approval.closed'), planned).at(-1);
  const needed = asked?.needed ?? judged.approvalsNeeded;
  if (closed?.outcome === 'granted') {
    const freeze = closed.breakGlass === true ? plain`, in spite of a change freeze` : '';
    return plain`was approved by ${byOf(closed.by, needed)}${freeze}.`;
  }
  const approvers = about(allOf(events, 'approval.answered'), planned).flatMap(({ answer, counted, approver }) =>
    answer === 'approve' && counted ? [approver] : [],
  );
  const first = approvers.length === 0 ? '' : plain`approved by ${byOf([...new Set(approvers)], needed)}, then `;
  if (closed === undefined) return plain`was ${first}waiting for approval.`;
  return closed.outcome === 'denied'
    ? plain`was ${first}denied by ${joined(closed.by, ', ')}: ${quoted(closed.reason, REASON_LIMIT)}`
    : ended(plain`was ${first}left to expire: ${sentence(closed.reason, CAUSE_LIMIT)}`);
};

/** Who decided about the plan, and why. Begins with a verb. */
const decisionOf = (events: readonly TraceEvent[], planned: PlanOnTrace): PlainText => {
  const all = about(allOf(events, 'plan.judged'), planned);
  // What people answered stands, whatever a compromised step appends about a policy afterwards.
  const answered = about(allOf(events, 'approval.closed'), planned).length > 0;
  const judged = all.findLast(({ verdict }) => !answered || verdict === 'needs-approval') ?? all.at(-1);
  switch (judged?.verdict) {
    case undefined:
      return plain`was never confirmed by the agent.`;
    case 'refused':
      return plain`was refused: ${refusalIn(judged.checks)}`;
    case 'unattended':
      return plain`needed no approval, by policy.`;
    case 'needs-approval':
      return answerOf(events, planned, judged);
  }
};

const LOOK = plain`Look at the target.`;

/** The result of a change that was started, without its verification. Begins with a verb. */
const resultOf = (
  started: TraceEventOf<'apply.started'>,
  finished: Finished,
  { plan }: PlanOnTrace,
  { underWay, undone }: { readonly underWay: boolean; readonly undone: boolean },
): PlainText => {
  const begun = plain`was started at ${minuteOf(started.at)}`;
  if (finished === undefined && underWay) return plain`${begun} and is being made.`;
  if (finished === undefined) return plain`${begun}, and no result was recorded. ${LOOK}`;
  const { outcome, error, state } = finished.data;
  if (outcome === 'applied') return plain`was applied at ${minuteOf(finished.at)}.`;
  const why = error === null ? plain`.` : ended(plain`: ${sentence(error.says, CAUSE_LIMIT)}`);
  // What was undone needs no look; the rollback itself says how that ended.
  if (outcome === 'unknown' && undone) return plain`${begun} and was not seen to finish${why}`;
  if (outcome === 'unknown') return plain`${begun}, and its result is unknown${why} ${LOOK}`;
  const after = isDeepStrictEqual(state, plan.before)
    ? plain`Afterwards the target was as before.`
    : plain`A part of it may have been made. ${LOOK}`;
  return plain`${begun} and failed${why} ${after}`;
};

type Finished = TraceEventOf<'apply.finished'> | undefined;

const rollbackOf = (
  events: readonly TraceEvent[],
  planned: PlanOnTrace,
  asked: boolean,
  underWay: boolean,
): PlainText[] => {
  const started = newest(allOf(events, 'apply.started'), planned, 'rollback');
  if (started === undefined) {
    if (!asked) return [];
    const checked = newest(allOf(events, 'apply.checked'), planned, 'rollback')?.data;
    if (underWay && checked?.verdict !== 'refused') return [plain`It is rolled back next.`];
    const why = checked?.verdict === 'refused' ? plain` It was refused: ${refusalIn(checked.checks)}` : '';
    return [plain`Its rollback was asked for and not made, so it is still in place.${why}`];
  }
  const finished = newest(allOf(events, 'apply.finished'), planned, 'rollback');
  if (finished?.data.outcome === 'applied') return [plain`It was rolled back at ${minuteOf(finished.at)}.`];
  if (finished === undefined && underWay)
    return [plain`Its rollback was started at ${minuteOf(started.at)} and is being made.`];
  const how = finished?.data.outcome === 'failed' ? plain`and failed` : plain`and its result is unknown`;
  return [plain`Its rollback was started at ${minuteOf(started.at)}, ${how}. ${LOOK}`];
};

/** What became of a change that was started. */
const changeOf = (
  events: readonly TraceEvent[],
  planned: PlanOnTrace,
  started: TraceEventOf<'apply.started'>,
  underWay: boolean,
): PlainText[] => {
  const finished = newest(allOf(events, 'apply.finished'), planned, 'apply');
  const undone = newest(allOf(events, 'apply.finished'), planned, 'rollback')?.data.outcome === 'applied';
  const result = resultOf(started, finished, planned, { underWay, undone });
  const verified = allOf(events, 'change.verified').findLast(({ data }) => data.digest === planned.digest)?.data;
  if (underWay && finished?.data.outcome !== 'failed' && (verified === undefined || verified.outcome === 'waiting'))
    return finished === undefined ? [result] : [result, plain`Whether it helped is being verified.`];
  if (verified === undefined)
    return finished?.data.outcome === 'failed' ? [result] : [result, plain`It was not verified.`];
  const verification =
    verified.outcome === 'waiting'
      ? plain`Its verification did not come to an end.`
      : plain`Verification: ${verified.outcome}.`;
  return [result, verification, ...rollbackOf(events, planned, verified.next === 'rollback', underWay)];
};

/** What became of a plan, on one line. While its incident is under way, what is still to come is not called missing. */
export const planOutcome = (events: readonly TraceEvent[], planned: PlanOnTrace, underWay = false): PlainText => {
  const decision = decisionOf(events, planned);
  const started = newest(allOf(events, 'apply.started'), planned, 'apply');
  if (started !== undefined)
    return joined(
      [plain`${nameOf(planned)} ${joined(changeOf(events, planned, started, underWay), ' ')}`, plain`It ${decision}`],
      ' ',
    );
  const checked = newest(allOf(events, 'apply.checked'), planned, 'apply')?.data;
  const refused = checked?.verdict === 'refused' ? plain` It was not applied: ${refusalIn(checked.checks)}` : '';
  const granted = about(allOf(events, 'approval.closed'), planned).at(-1)?.outcome === 'granted';
  const next = underWay && granted && refused === '' ? plain` The change is made next.` : '';
  return plain`${nameOf(planned)} ${decision}${refused}${next}`;
};
