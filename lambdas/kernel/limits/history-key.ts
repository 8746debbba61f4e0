import type { TraceEventOf } from '../../contracts/events.ts';
import type { HistoryKey } from './history.ts';
import { subjectOf } from '../trace/subject.ts';

/** What the earlier incidents of a subject are found by: its alarm, whatever the dimensions, or its deduplication key. */
export const historyKeyOf = (opening: Pick<TraceEventOf<'incident.opened'>, 'data'>): HistoryKey => {
  const { alarm, key } = subjectOf(opening);
  return alarm === null ? { of: 'subject', key } : { of: 'alarm', arn: alarm.arn };
};
