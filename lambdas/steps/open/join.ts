import type { EventData, Reply, TraceEvent, TraceEventOf } from '../../contracts/events.ts';
import { TraceSealed } from '../../contracts/errors.ts';
import type { BusEvent } from '../../contracts/alarm.ts';
import { JsonObject } from '../../contracts/json.ts';
import type { RecordedSubject } from '../../contracts/subject.ts';
import { sha256 } from '../../kernel/trace/canonical.ts';
import { Journal, type JournalPorts } from '../../kernel/trace/journal.ts';
import { adopt, type JoinedAlarms } from '../../kernel/limits/adopted-alarms.ts';
import { attachAlarm } from '../../kernel/limits/attached-alarms.ts';
import {
  addAlias,
  confirmOpening,
  joinIncident,
  writeCopy,
  type Holder,
  type Joined,
} from '../../kernel/limits/deduplication-rows.ts';
import { redactorOf } from '../../kernel/redaction/redactor.ts';
import type { KeyPorts } from '../../kernel/redaction/placeholders.ts';
import { allOf, lastOf } from '../../kernel/trace/queries.ts';
import { mayBeHanded, type HandingPorts } from './cluster-alarm.ts';
import type { DeduplicationKeys, Why } from './deduplication-keys.ts';
import { symptomOf } from './symptom.ts';

/** The ports of joining: a joined alarm is redacted as the incident's own evidence is. */
export type JoinPorts = JournalPorts & KeyPorts & HandingPorts;

/** An event with its subject and keys. */
export interface Arrival {
  readonly event: BusEvent;
  /** The agent that takes it, if it joins nothing. */
  readonly agent: string;
  readonly subject: RecordedSubject;
  readonly keys: DeduplicationKeys;
  /** Alarms that had joined an earlier incident; whichever incident takes this event adopts them. */
  readonly adopts: readonly JoinedAlarms[];
  /** How many incidents its alarm had joined, one after the other; 0 for what is no follow-up. */
  readonly passes: number;
}

/** Why an event joins an incident, and the reason in our own words. */
export interface Reason {
  readonly why: Why;
  readonly says: string;
}

/**
 * How many copies get an event on the trace, and how many other alarms. Ten thousand are a number, not ten thousand events.
 * They are counted apart, so that an alarm that flaps leaves room for the others.
 */
const MOST_ON_TRACE = 20;

type Attached = Extract<TraceEvent, { kind: 'incident.attached' }>;

/** The events on a trace of the kind of this one: copies, or other alarms. */
const likeIt = (events: readonly TraceEvent[], { why }: Reason): Attached[] =>
  allOf(events, 'incident.attached').filter(({ data }) => (data.alarm === undefined) === (why === 'copy'));

/** An arrival needs no event if it has one, if there are enough, or before the opening of the incident is on the trace. */
const isRedundant =
  (eventId: string, reason: Reason) =>
  (events: readonly TraceEvent[]): boolean => {
    const attached = likeIt(events, reason);
    return (
      lastOf(events, 'incident.opened') === undefined ||
      attached.length >= MOST_ON_TRACE ||
      attached.some((event) => event.data.eventId === eventId)
    );
  };

/** What the event of another alarm has beside that of a copy: why it joined, and what the model reads about it. */
const moreAbout = async (
  ports: JoinPorts,
  opening: TraceEventOf<'incident.opened'>,
  { subject, agent: taker }: Arrival,
  reason: Reason,
): Promise<{ readonly data: Partial<EventData<'incident.attached'>>; readonly replies: Reply[] }> => {
  if (reason.why === 'copy' || subject.kind !== 'alarm') return { data: {}, replies: [] };
  const { alarm } = subject;
  const { arn, name } = alarm;
  const handed = mayBeHanded(ports, alarm, { taker, agent: opening.data.agent });
  const redactor = await redactorOf(ports, opening.incident);
  const { reply, suspicions } = symptomOf(opening, alarm, { says: reason.says, handed }, redactor);
  const flags = suspicions.length === 0 ? {} : { suspicions: [...suspicions] };
  return { data: { ...reason, alarm: { arn, name }, ...flags }, replies: [reply] };
};

/** Records an arrival on the trace of the incident that it joined, as long as there are few. */
const recordArrival = async (
  ports: JoinPorts,
  holder: Holder,
  arrival: Arrival,
  reason: Reason,
  { number, onTrace }: Joined,
): Promise<'attached' | 'gone'> => {
  const { incidentId } = holder;
  const { event } = arrival;
  // A step name per event. Otherwise one of two concurrent copies would take the other's event for its own.
  const journal = await Journal.open(ports, `attach-${sha256(event.id).slice(0, 12)}`, { incidentId, seq: 0 });
  if (lastOf(journal.events, 'trace.sealed') !== undefined) return 'gone';
  const opening = lastOf(journal.events, 'incident.opened');
  // A trace that began without an opening is of an execution that failed: its close may have looked for alarms already.
  if (opening === undefined) return journal.events.length === 0 ? 'attached' : 'gone';
  if (!onTrace) await confirmOpening(ports.ledger, holder);
  // Whoever comes later leaves the trace alone: hundreds of writers of one trace conflict thousands of times.
  if (number > MOST_ON_TRACE) return 'attached';
  const more = await moreAbout(ports, opening, arrival, reason);
  try {
    await journal.onceUnless('incident.attached', isRedundant(event.id, reason), async () => {
      const data = { eventId: event.id, copy: likeIt(journal.events, reason).length + 1, ...more.data };
      return { data, replies: more.replies };
    });
    return 'attached';
  } catch (error) {
    if (error instanceof TraceSealed) return 'gone';
    throw error;
  }
};

/** Writes the row of an arrival: of a copy its number, of another alarm its event, for the close of the incident. */
const writeArrival = async (
  { ledger }: JoinPorts,
  holder: Holder,
  { event, subject, adopts, passes }: Arrival,
  { why }: Reason,
): Promise<boolean> => {
  for (const joined of adopts) await adopt(ledger, holder.incidentId, joined);
  if (why === 'copy' || subject.kind !== 'alarm') return writeCopy(ledger, holder, event.id);
  const { arn, name, account, region } = subject.alarm;
  const alarm = { arn, name, account, region, why, passes, event: JsonObject.parse(event) };
  await attachAlarm(ledger, holder.incidentId, alarm);
  return true;
};

/**
 * Joins an event to an incident. `gone`: the incident ended meanwhile. Once the incident is known to be on its trace,
 * only the first arrivals read it, since a thousand writers of one trace conflict. Of another alarm the last thing written
 * are its own keys, under which its copies find the incident; a retry before that makes the same of it again.
 */
export const join = async (
  ports: JoinPorts,
  holder: Holder,
  arrival: Arrival,
  reason: Reason,
): Promise<'attached' | 'gone'> => {
  const counter = reason.why === 'copy' ? 'drawn' : 'alarms';
  const joined = await joinIncident(ports.ledger, holder, counter, () => writeArrival(ports, holder, arrival, reason));
  if (joined === undefined) return 'gone';
  if (!joined.onTrace || joined.number <= MOST_ON_TRACE) {
    const recorded = await recordArrival(ports, holder, arrival, reason, joined);
    if (recorded === 'gone') return 'gone';
  }
  if (reason.why !== 'copy') for (const key of arrival.keys.own) await addAlias(ports.ledger, key, holder);
  return 'attached';
};
