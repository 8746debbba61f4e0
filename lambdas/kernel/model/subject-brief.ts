import type { Alarm } from '../../contracts/alarm.ts';
import type { TraceEventOf } from '../../contracts/events.ts';
import { subjectOf, type Subject } from '../trace/subject.ts';

/** What happened, in our own words: ids that AWS gives, no text that somebody chose. */
export const openingLine = ({ kind, alarm, location, since }: Subject): string => {
  const where = location === null ? '' : ` in account ${location.account}, Region ${location.region}`;
  if (alarm !== null) return `A CloudWatch alarm went to ALARM at ${since}${where}.${kindLine(alarm)}`;
  switch (kind) {
    case 'question':
      return `A person asked a question at ${since}${where}. It is below.`;
    case 'schedule':
      return `This is a scheduled run, begun at ${since}${where}.`;
    case 'alarm':
    case 'event':
      return `An event arrived, of ${since}${where}. It is below.`;
  }
};

const kindLine = ({ kind, metrics }: Alarm): string =>
  kind === 'single' ? '' : ` It is a ${kind} alarm${metrics.length === 0 ? ' and reads no metric of its own' : ''}.`;

/** Names, dimensions and texts: whoever may create an alarm, send an event or ask chose them. */
export const chosenLines = (opening: TraceEventOf<'incident.opened'>): string[] => {
  const { alarm, cause, title } = subjectOf(opening);
  if (alarm === null)
    return [`${title} (${opening.data.detailType} from ${opening.data.source}).`, cause].filter((line) => line !== '');
  return [
    `CloudWatch alarm "${alarm.name}".`,
    ...alarm.metrics.map(
      (one) =>
        `Metric: ${one.namespace} ${one.name} ${JSON.stringify(one.dimensions)}, ${one.stat} over ${one.periodSeconds} s.`,
    ),
    alarm.reason,
    alarm.description,
  ].filter((line) => line !== '');
};
