import type { BusEvent } from '../../lambdas/contracts/alarm.ts';
import type { JsonObject } from '../../lambdas/contracts/json.ts';
import { awsTimestamp, compositeReason, givenReason, type AlarmValue } from './alarm-reason.ts';
import type { AlarmState } from './alarms.ts';
import { uuid } from './uuid.ts';
import type { MetricStat } from './world/metric.ts';
import type { WorldAlarm } from './world/monitoring.ts';

/** The EventBridge event of an alarm's last change of state, as CloudWatch sends it. */
export const alarmEvent = (
  location: { account: string; region: string },
  alarm: WorldAlarm,
  history: readonly AlarmState[],
): BusEvent => {
  const state = history.at(-1);
  const previous = history.at(-2);
  const at = state?.at ?? 0;
  return {
    version: '0',
    id: uuid(`${location.account}/${alarm.name}/${at}`),
    'detail-type': 'CloudWatch Alarm State Change',
    source: 'aws.cloudwatch',
    account: location.account,
    time: new Date(at).toISOString().replace(/\.\d+Z$/, 'Z'),
    region: location.region,
    resources: [`arn:aws:cloudwatch:${location.region}:${location.account}:alarm:${alarm.name}`],
    detail: {
      alarmName: alarm.name,
      configuration: configuration(alarm),
      ...(previous === undefined ? {} : { previousState: stateDetail(previous) }),
      ...(state === undefined ? {} : { state: stateDetail(state) }),
    },
  };
};

/** A history that ends in a state: as it is, or with a change to that state at a moment. */
export const endingIn = (
  value: AlarmValue,
  alarm: WorldAlarm,
  history: readonly AlarmState[],
  at: number,
): readonly AlarmState[] => {
  if (history.at(-1)?.value === value) return history;
  const reason = alarm.rule === undefined ? givenReason(alarm, value, at) : compositeReason(value, [], at);
  return [...history, { at, value, ...reason }];
};

const stateDetail = (state: AlarmState): JsonObject => ({
  reason: state.reason,
  reasonData: state.reasonData,
  timestamp: awsTimestamp(state.at),
  value: state.value,
});

const configuration = (alarm: WorldAlarm): JsonObject => {
  const described: JsonObject = alarm.description === '' ? {} : { description: alarm.description };
  if (alarm.rule !== undefined) return { ...described, alarmRule: alarm.rule };
  if (alarm.metric !== undefined) {
    return {
      ...described,
      metrics: [{ id: uuid(alarm.name), metricStat: metricStat(alarm.metric), returnData: true }],
    };
  }
  const metrics = (alarm.metrics ?? []).map((line): JsonObject => ({
    id: line.id,
    ...(line.expression === undefined ? {} : { expression: line.expression }),
    ...(line.label === undefined ? {} : { label: line.label }),
    ...(line.metric === undefined ? {} : { metricStat: metricStat(line.metric) }),
    returnData: line.returnData,
  }));
  return { ...described, metrics };
};

const metricStat = (metric: MetricStat): JsonObject => ({
  metric: { dimensions: metric.dimensions, name: metric.name, namespace: metric.namespace },
  period: metric.periodSeconds,
  stat: metric.stat,
});
