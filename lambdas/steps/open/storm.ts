import type { RecordedSubject } from '../../contracts/subject.ts';
import { INVESTIGATIONS_A_STORM } from '../../kernel/limits/storm-rows.ts';
import { canonical } from '../../kernel/trace/canonical.ts';
import type { Reason } from './join.ts';

const INVESTIGATED =
  `of such a storm ${INVESTIGATIONS_A_STORM} incidents are investigated. If it is still in ALARM when this incident ` +
  'closes, it is looked at again, with an incident of its own or with one that opens then.';

/** Why an alarm of a storm joins an incident about another resource. */
export const STORM: Reason = {
  why: 'storm',
  says: `It is about another resource, but one of many alarms on the same metric within 60 s: ${INVESTIGATED}`,
};

/** Why an alarm joins an incident about another instance of its group. Without the group's name, which may be any tag's value. */
export const STORM_OF_GROUP: Reason = {
  why: 'storm',
  says: `It is about another instance of the same group, one of many alarms on the same metric within 60 s: ${INVESTIGATED}`,
};

/** The storm that an alarm belongs to. */
export interface Storm {
  readonly key: string;
  /** The instance, if its group is not in the event and must be looked up. */
  readonly instance: string | null;
}

/**
 * The storm that an alarm belongs to: account, Region, agent, namespace, metric, and the Auto Scaling group if the metric
 * names one. Undefined for whatever is never in a storm: an event that is not an alarm, and an alarm without a metric. Pure.
 */
export const stormOf = (subject: RecordedSubject, agent: string): Storm | undefined => {
  if (subject.kind !== 'alarm') return undefined;
  const { account, region, metrics } = subject.alarm;
  const [metric] = metrics;
  if (metric === undefined) return undefined;
  const { namespace, name, dimensions } = metric;
  const group = dimensions['AutoScalingGroupName'];
  const key = canonical(['storm', account, region, agent, namespace, name, group ?? null]);
  return { key, instance: group === undefined ? (dimensions['InstanceId'] ?? null) : null };
};

/** The storm of one group of instances, within that of their metric. Pure. */
export const groupStormKey = (storm: Storm, group: string): string => canonical(['group', storm.key, group]);
