import type { TraceEvent } from '../../contracts/events.ts';
import type { OutgoingMessage } from '../../kernel/model/notify.ts';
import { headingOf, mailSubject, targetLine } from '../../kernel/trace/heading.ts';
import {
  joined,
  lines,
  named,
  ours,
  plain,
  quoted,
  sentence,
  type PlainText,
} from '../../kernel/trace/outside-text.ts';
import {
  agentReasoning,
  changeLines,
  costHeadline,
  decisiveStatements,
  DISRUPTION,
  impactLines,
  minuteOf,
  peopleNeeded,
} from '../../kernel/trace/plan-text.ts';
import { allOf, openingOf, type PlanOnTrace } from '../../kernel/trace/queries.ts';
import { joinedAlarmLines } from '../../kernel/trace/joined-alarms.ts';
import { suspiciousTexts } from '../../kernel/trace/suspicious-texts.ts';
import { subjectOf, subjectOn } from '../../kernel/trace/subject.ts';
import {
  howItEnds,
  linkOf,
  SHORT_TITLE,
  subjectInMail,
  SUBJECT_HEADING,
  subjectDetails,
  subjectInWords,
} from '../../kernel/trace/subject-text.ts';
import { minutesLeft, nth, type ApprovalRequest } from './request.ts';

/** Characters of the agent's words: as many as on the page. */
const WORDS_LIMIT = 2000;

/**
 * The e-mail that asks one approver: what they need to decide in half a minute. Change and link come first, and above the
 * link others contribute nothing but names. Below it is what others wrote, each text on a line of its own.
 */
export const approvalMessage = (
  events: readonly TraceEvent[],
  planned: PlanOnTrace,
  request: ApprovalRequest,
): OutgoingMessage => {
  const { plan, handle, digest } = planned;
  const freeze = allOf(events, 'plan.judged').at(-1)?.data.freeze;
  const text = lines([
    ...reminderLines(events, request),
    ...stakeLines(events, planned, request),
    plain``,
    plain`Decide here before ${minuteOf(request.expiresAt)} (opening the link does not decide anything):`,
    ours(request.link),
    plain``,
    plain`Silence counts as no. Nothing has been changed yet.`,
    ...(freeze === undefined
      ? []
      : [plain`There is a change freeze. Approving requires a reason, and everyone is notified.`]),
    plain``,
    plain`${headingOf(plan)}`,
    plain`  target: ${targetLine(plan.target)}, environment ${plan.target.environment}`,
    ...[...changeLines(plan.report), ...impactLines(plan.report)].map((line) => plain`  ${line}`),
    plain`  plan: ${handle} ${digest}`,
    ...(freeze === undefined ? [] : [plain`Change freeze: ${quoted(freeze)}`]),
    plain``,
    ...policyLines(events),
    plain``,
    ...subjectLines(events),
    ...suspicionWarning(events),
    plain``,
    ...agentsWords(events, planned),
  ]);
  return { subject: subject(events, planned, request), text };
};

const subject = (events: readonly TraceEvent[], { plan }: PlanOnTrace, request: ApprovalRequest): PlainText => {
  const { expiresAt, now } = request;
  const day = expiresAt.slice(0, 10) === now.toISOString().slice(0, 10) ? '' : `${expiresAt.slice(5, 10)} `;
  const lead =
    request.number > 1
      ? `${nth(request.number)} request, ${minutesLeft(request)} min left:`
      : `Approve by ${day}${expiresAt.slice(11, 16)} UTC:`;
  return mailSubject(lead, plan, (room) => subjectInMail(openingOf(events), room));
};

const reminderLines = (events: readonly TraceEvent[], request: ApprovalRequest): PlainText[] => {
  const left = minutesLeft(request);
  const time = left === 1 ? plain`1 minute is left` : plain`${left} minutes are left`;
  if (request.onRequest === true)
    return [
      plain`You, or somebody who knows your address, asked for this link on the approval page. It is yours alone: whoever has it can answer in your name. ${time}.`,
      plain``,
    ];
  if (request.number > 1)
    return [plain`Reminder: this is the ${ours(nth(request.number).toLowerCase())} request. ${time}.`, plain``];
  const others = allOf(events, 'approval.asked').at(-1)?.data.approvers ?? [];
  return others.includes(request.approver)
    ? []
    : [plain`Others were asked and have not decided, so you are asked too. ${time}.`, plain``];
};

/** What is at stake, in three lines. */
const stakeLines = (events: readonly TraceEvent[], { plan }: PlanOnTrace, request: ApprovalRequest): PlainText[] => {
  const { cost, disruption } = plan.report;
  const opening = openingOf(events);
  const asked = allOf(events, 'approval.asked').at(-1)?.data;
  const judged = allOf(events, 'plan.judged').at(-1)?.data;
  const people = (asked?.approvers ?? []).map((one) => (one === request.approver ? plain`you` : named(one)));
  return [
    plain`What would change: ${headingOf(plan)}. Cost: ${ours(costHeadline(cost).toLowerCase())}. ${DISRUPTION[disruption.level]}: ${sentence(disruption.says, 300)}`,
    plain`${SUBJECT_HEADING[subjectOf(opening).kind]}: ${subjectInWords(opening, SHORT_TITLE)}.`,
    plain`Who is needed: ${peopleNeeded(asked?.needed ?? 1, judged?.statements ?? [])} Asked: ${joined(people, ', ')}.`,
  ];
};

/** Below the link: what is known of the subject, and its page in the console. */
const subjectLines = (events: readonly TraceEvent[]): PlainText[] => {
  const subject = subjectOn(events);
  const link = linkOf(subject);
  const unwatched = howItEnds(subject);
  return [
    plain`About the ${ours(subject.kind === 'schedule' ? 'scheduled run' : subject.kind)}:`,
    ...subjectDetails(subject).map((line) => plain`  ${line}`),
    ...joinedAlarmLines(events).map((line) => plain`  ${line}`),
    ...(unwatched === undefined ? [] : [plain`  ${unwatched}`]),
    ...(link === undefined ? [] : [plain`  In the console: ${link}`]),
  ];
};

const policyLines = (events: readonly TraceEvent[]): PlainText[] => {
  const judged = allOf(events, 'plan.judged').at(-1)?.data;
  const decisive = decisiveStatements(judged?.statements ?? []);
  return [
    plain`Policies that determined the decision:`,
    ...decisive.map(
      ({ effect, id, severity, reason }) =>
        plain`  ${effect} ${id}${severity === undefined ? '' : plain` (${severity})`}: ${sentence(reason)}`,
    ),
    ...(judged?.policiesOff ?? []).map(
      ({ id, reason }) => plain`  Switched off in this deployment: ${id} — ${sentence(reason)}`,
    ),
  ];
};

const agentsWords = (events: readonly TraceEvent[], planned: PlanOnTrace): PlainText[] => {
  const words = agentReasoning(events, planned);
  const { agent } = planned.plan;
  return words === ''
    ? [plain`The agent ${agent} gave no reason.`]
    : [plain`In the words of the agent ${agent}, not checked: ${quoted(words, WORDS_LIMIT)}`];
};

const suspicionWarning = (events: readonly TraceEvent[]): PlainText[] => {
  const suspicious = suspiciousTexts(events);
  if (suspicious.length === 0) return [];
  return [
    plain`Warning: text that the agent read looks like an attempt to instruct it.`,
    ...suspicious.map((one) => plain`  ${one}`),
  ];
};
