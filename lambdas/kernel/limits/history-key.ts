import type { TraceEventOf } from '../../contracts/events.ts';
import type { HistoryKey } from './history.ts';
import { subjectOf } from '../trace/subject.ts';

/** What the earlier incidents of a subject are found by: its alarm, whatever the dimensions, or its deduplication key. */
export const historyKeyOf = (opening: Pick<TraceEventOf<'incident.opened'>, 'data'>): HistoryKey => {
  const { alarm, key } = subjectOf(opening);
  return alarm === null ? { of: 'subject', key } : { of: 'alarm', arn: alarm.arn };
};

/**
 * What the earlier changes of a subject's resource are found by: the instance that a metric of the alarm names. Other resources
 * have names in dimensions, and targets have ARNs with ids that no dimension holds. Undefined: no dimension names an instance.
 */
export const targetKeyOf = (opening: Pick<TraceEventOf<'incident.opened'>, 'data'>): HistoryKey | undefined => {
  const { alarm } = subjectOf(opening);
  const instance = alarm?.metrics.map(({ dimensions }) => dimensions['InstanceId']).find((id) => id !== undefined);
  if (alarm === null || instance === undefined) return undefined;
  const [, partition = 'aws'] = alarm.arn.split(':');
  return { of: 'target', ref: `arn:${partition}:ec2:${alarm.region}:${alarm.account}:instance/${instance}` };
};
