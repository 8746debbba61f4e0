import type { TraceEvent } from '../../../lambdas/contracts/events.ts';
import { INVESTIGATIONS_A_STORM } from '../../../lambdas/kernel/limits/storm-rows.ts';
import { lastOf } from '../../../lambdas/kernel/trace/queries.ts';
import { subjectOf } from '../../../lambdas/kernel/trace/subject.ts';
import type { CaseRun } from '../flow.ts';
import { eventsIn, type RecordedFact } from '../recording.ts';
import { firstFault, type Invariant } from './invariant.ts';

/** Invariants about alarms that come together: none is forgotten, and together they cost little more than one. */

interface Delivered {
  readonly at: number;
  readonly eventId: string;
  readonly alarm: string;
  readonly since: string;
}

/** The events that said ALARM, each at its first delivery. */
const alarmsDelivered = ({ entries }: CaseRun): Delivered[] => {
  const seen = new Set<string>();
  return entries.flatMap((entry, at) => {
    if (entry.is !== 'delivered' || entry.value !== 'ALARM' || seen.has(entry.eventId)) return [];
    seen.add(entry.eventId);
    const { eventId, alarm, since } = entry;
    return [{ at, eventId, alarm, since }];
  });
};

/** The name of the alarm that an incident was opened about. */
const alarmOf = (events: readonly TraceEvent[]): string | undefined => {
  const opening = lastOf(events, 'incident.opened');
  return opening && subjectOf(opening).alarm?.name;
};

/** Whether people were told that an execution failed before its incident was opened: nobody knows about which alarm. */
const someFailedToOpen = ({ traces }: CaseRun): boolean =>
  [...traces.values()].some(
    (trace) => lastOf(trace, 'harness.failed') !== undefined && lastOf(trace, 'incident.opened') === undefined,
  );

/** Whether the kill switch kept an alarm, or the follow-up of it, from being taken up. */
const wasSwitchedOff = ({ entries }: CaseRun, alarm: string): boolean =>
  eventsIn(entries, 'incident.refused').some(
    ({ event: { data } }) => data.outcome === 'switched-off' && JSON.stringify(data.detail).includes(`"${alarm}"`),
  );

/** Whether an alarm that is still in ALARM had an incident of its own that was open after this delivery, or later. */
const forgotten = (run: CaseRun, { at, alarm, eventId }: Delivered): string | undefined => {
  const own = [...run.traces].filter(([, trace]) => alarmOf(trace) === alarm).map(([id]) => id);
  const closed = eventsIn(run.entries, 'incident.closed').findLast(({ event }) => own.includes(event.incident));
  if (closed !== undefined && closed.at > at) return undefined;
  return `${alarm} (event ${eventId.slice(0, 8)}) is in ALARM, and nobody looked at it after it was delivered`;
};

export const noAlarmIsForgotten: Invariant = {
  name: 'no alarm that is still in ALARM is left without an open or following incident',
  exercisedBy: [
    'alarms that joined: resource',
    'alarms that joined: composite',
    'alarms that joined: storm',
    'alarms that followed',
    'alarms that were over at the close',
    'alarms delivered: closing',
    'alarms delivered: freed',
    'alarms delivered: looked',
    'alarms delivered: closed',
  ],
  fault: (run) => {
    if (someFailedToOpen(run)) return undefined;
    const standing = new Map(
      run.entries.flatMap((entry) => (entry.is === 'standing' ? [[entry.alarm, entry.since] as const] : [])),
    );
    const due = alarmsDelivered(run).filter(({ alarm, since }) => standing.get(alarm) === since);
    return firstFault(due, (one) => (wasSwitchedOff(run, one.alarm) ? undefined : forgotten(run, one)));
  },
};

export const everyAlarmLeavesARecord: Invariant = {
  name: 'every alarm that was delivered is on a trace, or in a row of the incident that it joined',
  exercisedBy: ['alarms that joined: resource', 'copies attached', 'other alarms attached'],
  fault: (run) => {
    if (someFailedToOpen(run)) return undefined;
    const events = [...run.traces.values()].flat();
    const named = new Set(
      events.flatMap((event) => {
        if (event.kind === 'incident.opened' || event.kind === 'incident.attached') return [event.data.eventId];
        return event.kind === 'incident.refused' ? [event.data.eventId] : [];
      }),
    );
    const known = new Set([
      ...[...run.traces.values()].flatMap((trace) => alarmOf(trace) ?? []),
      ...run.entries.flatMap((entry) => (entry.is === 'joined' ? [entry.alarm] : [])),
    ]);
    return firstFault(alarmsDelivered(run), ({ eventId, alarm }) =>
      named.has(eventId) || known.has(alarm) ? undefined : `${alarm} (event ${eventId.slice(0, 8)}) left no record`,
    );
  },
};

/** From its opening to the moment at which it gave its key back. */
interface Span {
  readonly incidentId: string;
  readonly from: number;
  readonly to: number;
  readonly openedAt: number;
  readonly key: string;
  readonly alarm: string | undefined;
}

const spansOf = ({ entries }: CaseRun): Span[] =>
  eventsIn(entries, 'incident.opened').map(({ at, event }) => {
    const freed = entries.findIndex((entry) => entry.is === 'freed' && entry.incidentId === event.incident);
    return {
      incidentId: event.incident,
      from: at,
      to: freed === -1 ? Infinity : freed,
      openedAt: Date.parse(event.at),
      key: event.data.stormKey,
      alarm: subjectOf(event).alarm?.name,
    };
  });

/** The incidents that were open when another one was opened, that one among them. */
const openWith = (spans: readonly Span[], one: Span): Span[] =>
  spans.filter(({ from, to }) => from <= one.from && one.from < to);

export const oneIncidentAResource: Invariant = {
  name: 'two incidents about one resource are never open at a time',
  exercisedBy: ['alarms that joined: resource', 'two incidents on one target'],
  fault: (run) => {
    const spans = spansOf(run);
    return firstFault(spans, (one) =>
      openWith(spans, one).filter(({ key }) => key === one.key).length > 1
        ? `${one.alarm ?? 'an event'} opened ${one.incidentId.slice(0, 8)} while another incident held its key`
        : undefined,
    );
  },
};

/** Half of the time after which a storm is over, because an incident opens some time after it got its place. */
const ONE_STORM_MS = 30_000;

export const stormsAreBounded: Invariant = {
  name: `at most ${INVESTIGATIONS_A_STORM} incidents of a storm are open at a time`,
  exercisedBy: ['alarms that joined: storm'],
  fault: (run) => {
    const spans = spansOf(run).filter(({ alarm }) => alarm?.startsWith('swap') === true);
    return firstFault(spans, (one) => {
      const together = openWith(spans, one).filter(({ openedAt }) => one.openedAt - openedAt < ONE_STORM_MS).length;
      return together > INVESTIGATIONS_A_STORM ? `${together} incidents of one storm were open` : undefined;
    });
  },
};

/** The incident that a mail or a question to the model is about. */
const costOf = (entry: RecordedFact): { readonly what: string; readonly incidentId: string } | undefined => {
  if (entry.is === 'asked-model') return { what: 'the model was asked', incidentId: entry.incidentId };
  return entry.is === 'message' && ['closed', 'escalated', 'failed'].includes(entry.message.about)
    ? { what: 'a mail was sent', incidentId: entry.message.incidentId }
    : undefined;
};

export const whatJoinsCostsNothing: Invariant = {
  name: 'an alarm that joined an incident has no turn of the model and no mail of its own',
  exercisedBy: ['alarms that joined: resource', 'alarms that joined: storm', 'copies attached', 'model calls'],
  fault: ({ entries, traces }) => {
    const ended = new Map<string, number>();
    // A step that is killed after it sent a mail, and before it recorded that, sends it again when it is retried.
    const most = 1 + entries.filter(({ is }) => is === 'fault').length;
    return firstFault(entries, (entry) => {
      const cost = costOf(entry);
      if (cost === undefined) return undefined;
      const { what, incidentId } = cost;
      const id = incidentId.slice(0, 8);
      if (!traces.has(incidentId)) return `${what} for ${id}, which is no incident`;
      if (entry.is === 'asked-model') return undefined;
      ended.set(incidentId, (ended.get(incidentId) ?? 0) + 1);
      return (ended.get(incidentId) ?? 0) > most ? `${id} sent ${ended.get(incidentId) ?? 0} closing mails` : undefined;
    });
  },
};
