import type { TraceEvent } from '../../contracts/events.ts';
import { headingOf, refText } from './heading.ts';
import { joined, named, plain, type PlainText } from './outside-text.ts';
import { minuteOf } from './plan-text.ts';
import { allOf, plansOf } from './queries.ts';
import { subjectName } from './subject-text.ts';

/** What a person signs off on: what happened when, which model was asked, which policies decided, how to check the trace. */

const ISO = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)/;

/** A time of the trace, to the second. A trace in a file may have been written by anybody. */
const secondOf = (at: string): PlainText => {
  const [, day, second] = ISO.exec(at) ?? [];
  return day === undefined || second === undefined ? plain`${at}` : plain`${day} ${second}`;
};

/** Who was asked, who answered, what was applied and how it ended, oldest first, each with its time and event. */
export const timelineOf = (events: readonly TraceEvent[]): PlainText[] =>
  events.flatMap((event) => {
    const what = incidentMoment(event) ?? planMoment(event, events) ?? changeMoment(event, events);
    return what === undefined ? [] : [plain`${secondOf(event.at)} ${what} (event ${event.seq})`];
  });

type Named = readonly { readonly effect: string; readonly id: string }[];

const idsOf = (statements: Named): PlainText[] => [
  ...new Map(statements.map(({ effect, id }) => [`${effect} ${id}`, plain`${effect} ${id}`])).values(),
];

const byPolicies = (statements: Named): PlainText =>
  statements.length === 0 ? plain`` : plain` (${joined(idsOf(statements), ', ')})`;

const switchedOff = (policies: readonly { readonly id: string }[] = []): PlainText =>
  policies.length === 0
    ? plain``
    : plain`; switched off in this deployment: ${joined(
        policies.map(({ id }) => plain`${id}`),
        ', ',
      )}`;

const incidentMoment = (event: TraceEvent): PlainText | undefined => {
  switch (event.kind) {
    case 'incident.opened':
      return plain`opened: ${subjectName(event, named)}, agent ${event.data.agent}, kill switch ${event.data.switch}`;
    // Why an alarm joined stands above the timeline, once for all that joined for that reason.
    case 'incident.attached':
      return event.data.alarm === undefined
        ? plain`the event arrived again`
        : plain`alarm ${event.data.alarm.name} joined`;
    case 'incident.refused':
      return plain`not taken up: ${event.data.outcome}`;
    case 'model.tested':
      return plain`${event.data.models.filter(({ answered }) => answered).length} of ${event.data.models.length} models answered a test`;
    case 'clusters.tested':
      return plain`${event.data.clusters.filter(({ outcome }) => outcome === 'ok').length} of ${event.data.clusters.length} clusters passed a test`;
    case 'conclusion.reviewed':
      return event.data.accepted ? plain`conclusion accepted` : plain`conclusion rejected`;
    case 'escalation.asked':
      return plain`a person was asked to take over`;
    case 'harness.failed':
      return plain`the harness failed: ${event.data.error}`;
    case 'breaker.tripped':
      return plain`breaker of ${event.data.scope} tripped by ${event.data.policy}`;
    case 'follow-ups.raised':
      return plain`incidents of their own for alarms that had joined: ${event.data.raised}`;
    case 'incident.closed':
      return plain`closed: ${event.data.outcome}`;
    case 'trace.sealed':
      return plain`sealed by ${event.data.keyId}`;
    default:
      return undefined;
  }
};

/** The handle of the plan that an event is about. */
const handleOf = (events: readonly TraceEvent[], digest: string | null): PlainText =>
  plain`${plansOf(events).find((plan) => plan.digest === digest)?.handle ?? 'a plan'}`;

/** Reminders name the request, not the plan. */
const handleOfRequest = (events: readonly TraceEvent[], approvalId: string): PlainText =>
  handleOf(
    events,
    allOf(events, 'approval.asked').find(({ data }) => data.approvalId === approvalId)?.data.digest ?? null,
  );

const planMoment = ({ kind, data }: TraceEvent, events: readonly TraceEvent[]): PlainText | undefined => {
  switch (kind) {
    case 'dry-run.finished':
      return data.made ? plain`${data.handle} planned: ${headingOf(data.plan)}` : undefined;
    case 'plan.judged': {
      const verdict =
        data.verdict === 'needs-approval' ? plain`approvals needed: ${data.approvalsNeeded}` : plain`${data.verdict}`;
      return plain`${data.handle} decided by policy: ${verdict}${byPolicies(data.statements)}${switchedOff(data.policiesOff)}`;
    }
    case 'approval.asked':
      return plain`${handleOf(events, data.digest)} asked: ${joined(data.approvers, ', ')}, until ${minuteOf(data.expiresAt)}`;
    case 'approval.reminded':
      return plain`${handleOfRequest(events, data.approvalId)} asked again: ${joined(data.approvers, ', ')}`;
    case 'approval.answered': {
      const said = data.answer === 'approve' ? plain`approved` : plain`denied`;
      const glass = data.breakGlass === true ? plain`, with break-glass` : '';
      const lost = data.counted ? '' : plain`, which does not count`;
      return plain`${handleOf(events, data.digest)} ${said} by ${data.approver} (${data.via})${glass}${lost}`;
    }
    case 'approval.closed':
      return plain`${handleOf(events, data.digest)} approval ${data.outcome}`;
    default:
      return undefined;
  }
};

const changeMoment = ({ kind, data }: TraceEvent, events: readonly TraceEvent[]): PlainText | undefined => {
  switch (kind) {
    case 'apply.checked':
      return data.verdict === 'refused' ? plain`${handleOf(events, data.digest)} ${data.purpose} refused` : undefined;
    case 'apply.started':
      return plain`${handleOf(events, data.digest)} ${data.purpose} started on ${refText(data.targetArn)}`;
    case 'apply.finished':
      return plain`${handleOf(events, data.digest)} ${data.purpose} finished: ${data.outcome}`;
    case 'change.verified':
      return data.outcome === 'waiting' ? undefined : plain`${handleOf(events, data.digest)} verified: ${data.outcome}`;
    default:
      return undefined;
  }
};

/** The models that were asked, and the policies that decided. */
export const decidersOf = (events: readonly TraceEvent[]): PlainText[] => {
  const opened = allOf(events, 'incident.opened').at(-1)?.data;
  const called = allOf(events, 'model.called').map(({ data }) => data.model);
  const tested = allOf(events, 'model.tested').flatMap(({ data }) => data.models.map(({ model }) => model));
  const models = [...new Set([...called, ...tested])];
  const policies = idsOf(events.flatMap(({ data }) => ('statements' in data ? (data.statements ?? []) : [])));
  const none = opened === undefined ? plain`none was asked` : plain`none was asked (the agent's is ${opened.model})`;
  return [
    plain`model: ${models.length === 0 ? none : joined(models, ', ')}`,
    plain`policies that decided: ${policies.length === 0 ? plain`none was asked` : joined(policies, ', ')}`,
  ];
};

/** The rules in effect, by their hash. */
export const rulesOf = (events: readonly TraceEvent[]): PlainText[] =>
  allOf(events, 'incident.opened').map(({ data }) => plain`rules: ${data.rulesHash}`);
