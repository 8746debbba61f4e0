import type { TraceEvent, TraceEventOf } from '../../contracts/events.ts';
import { joined, plain, sentence, type PlainText } from './outside-text.ts';
import { allOf, lastOf } from './queries.ts';

/** An arrival of another alarm, as it is on the trace. */
type Arrival = TraceEventOf<'incident.attached'>;

/** Names of alarms in one sentence; the trace has more of them. */
const MOST_NAMES = 10;

const arrivalsOf = (events: readonly TraceEvent[]): Arrival[] =>
  allOf(events, 'incident.attached').filter(({ data }) => data.alarm !== undefined);

/** How many alarms joined the incident: as Close counted them, or as far as the trace names them. */
export const joinedCount = (events: readonly TraceEvent[]): number =>
  lastOf(events, 'follow-ups.due')?.data.joined ?? arrivalsOf(events).length;

/** `1 alarm`, `2 alarms`. */
export const alarmsCounted = (count: number, more = false): PlainText =>
  plain`${count} ${more ? plain`more ` : ''}${count === 1 ? 'alarm' : 'alarms'}`;

/** Which alarms joined the incident and why, one line for each reason. Empty if none did. */
export const joinedAlarmLines = (events: readonly TraceEvent[]): PlainText[] => {
  const byReason = Map.groupBy(arrivalsOf(events), ({ data }) => data.says);
  return [...byReason.values()].map((arrivals) => {
    const names = arrivals.slice(0, MOST_NAMES).flatMap(({ data }) => data.alarm?.name ?? []);
    const rest = arrivals.length > names.length ? plain` and ${arrivals.length - names.length} more` : '';
    const says = arrivals[0]?.data.says ?? '';
    const why = says === '' ? '' : plain` Why: ${sentence(says)}`;
    return plain`${alarmsCounted(arrivals.length, true)} joined: ${joined(names, ', ')}${rest}.${why}`;
  });
};
