import type { EventData, TraceEvent } from '../../contracts/events.ts';
import { alarmsCounted } from './joined-alarms.ts';
import { joined, plain, sentence, type PlainText } from './outside-text.ts';
import { lastOf } from './queries.ts';

/** Names of alarms in one sentence; the trace has all of them. */
const MOST_NAMES = 10;

const namesOf = (alarms: readonly { readonly name: string }[], total = alarms.length): PlainText => {
  const shown = alarms.slice(0, MOST_NAMES).map(({ name }) => name);
  return plain`${joined(shown, ', ')}${total > shown.length ? plain` and ${total - shown.length} more` : ''}`;
};

/** What the close found out about the alarms that had joined. Empty if none had. */
export const dueLines = ({ joined: all, due, left, leftTotal, passedOn }: EventData<'follow-ups.due'>): PlainText[] => {
  const known = due.filter(({ state }) => state === 'ALARM');
  const unknown = due.filter(({ state }) => state === 'unknown');
  const own = plain`so each is taken up again, by an incident of its own or with others of its storm`;
  return [
    plain`${alarmsCounted(all)} had joined the incident. In ALARM when it closed: ${known.length === 0 ? 'none' : plain`${known.length}`}.`,
    ...(known.length === 0 ? [] : [plain`In ALARM, ${own}: ${namesOf(known)}.`]),
    ...(unknown.length === 0
      ? []
      : [plain`State not known, ${own}: ${namesOf(unknown)}. ${sentence(unknown[0]?.says ?? '')}`]),
    ...(passedOn === undefined
      ? []
      : [
          plain`${alarmsCounted(passedOn.alarms)} more, beyond what one close deals with: the close of the incident of ${due.find(({ part }) => part === passedOn.to)?.name ?? 'the last of them'} looks at them.`,
        ]),
    ...(leftTotal === 0
      ? []
      : [
          plain`A person must look at ${namesOf(left, leftTotal)}: they may be in ALARM and open no incident. ${sentence(left[0]?.says ?? '')}`,
        ]),
  ];
};

/** Which follow-ups the event bus did not take. Empty if it took all. */
export const failedLines = ({ failed }: EventData<'follow-ups.raised'>): PlainText[] =>
  failed.length === 0
    ? []
    : [
        plain`A person must look at ${namesOf(failed)}: no incident could be opened. ${sentence(failed[0]?.says ?? '')}`,
      ];

/** What became of the alarms that had joined, in sentences of our code. */
export const followUpLines = (events: readonly TraceEvent[]): PlainText[] => {
  const due = lastOf(events, 'follow-ups.due')?.data;
  const raised = lastOf(events, 'follow-ups.raised')?.data;
  return [...(due === undefined ? [] : dueLines(due)), ...(raised === undefined ? [] : failedLines(raised))];
};
