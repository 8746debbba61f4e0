import type { RecordedSubject } from '../../contracts/subject.ts';
import { INVESTIGATIONS_A_STORM } from '../../kernel/limits/storm-rows.ts';
import { canonical } from '../../kernel/trace/canonical.ts';
import type { Reason } from './join.ts';

/** Why an alarm of a storm joins an incident about another resource. */
export const STORM: Reason = {
  why: 'storm',
  says:
    `It is about another resource, but one of many alarms on the same metric within 60 s: of such a storm ${INVESTIGATIONS_A_STORM} ` +
    'incidents are investigated. If it is still in ALARM when this incident closes, it gets an incident of its own.',
};

/**
 * The storm that an alarm belongs to: account, Region, agent, namespace, metric, and the Auto Scaling group if the metric
 * names one. Undefined for whatever is never in a storm: an event that is not an alarm, and an alarm without a metric. Pure.
 */
export const stormKey = (subject: RecordedSubject, agent: string): string | undefined => {
  if (subject.kind !== 'alarm') return undefined;
  const { account, region, metrics } = subject.alarm;
  const [metric] = metrics;
  if (metric === undefined) return undefined;
  const { namespace, name, dimensions } = metric;
  return canonical(['storm', account, region, agent, namespace, name, dimensions['AutoScalingGroupName'] ?? null]);
};
