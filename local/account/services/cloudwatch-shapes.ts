import { bandOf } from '../alarm-values.ts';
import type { AlarmState } from '../alarms.ts';
import { iso } from '../command.ts';
import type { State } from '../state.ts';
import { isExtended, type MetricStat } from '../world/metric.ts';
import type { WorldAlarm } from '../world/monitoring.ts';

const dimensionsOf = (dimensions: Readonly<Record<string, string>>) =>
  Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));

/** An alarm on metrics as DescribeAlarms shows it. */
export const describeAlarm = (alarm: WorldAlarm, state: State) => ({
  ...common(alarm, state),
  ...(alarm.metric === undefined ? {} : describeMetric(alarm.metric)),
  ...(alarm.metrics === undefined ? {} : { Dimensions: [], Metrics: alarm.metrics.map(describeLine) }),
  EvaluationPeriods: alarm.evaluationPeriods,
  DatapointsToAlarm: alarm.datapointsToAlarm ?? alarm.evaluationPeriods,
  ...(alarm.threshold === undefined ? {} : { Threshold: alarm.threshold }),
  ...(bandOf(alarm) === undefined ? {} : { ThresholdMetricId: bandOf(alarm)?.id ?? '' }),
  ComparisonOperator: alarm.comparison,
  TreatMissingData: alarm.missingData,
});

/** A composite alarm as DescribeAlarms shows it. */
export const describeComposite = (alarm: WorldAlarm, state: State) => ({
  ...common(alarm, state),
  AlarmRule: alarm.rule ?? '',
});

/** One change of state as DescribeAlarmHistory shows it. */
export const historyItem = (alarm: WorldAlarm, was: AlarmState, is: AlarmState) => ({
  AlarmName: alarm.name,
  AlarmType: alarm.rule === undefined ? 'MetricAlarm' : 'CompositeAlarm',
  Timestamp: iso(is.at),
  HistoryItemType: 'StateUpdate',
  HistorySummary: `Alarm updated from ${was.value} to ${is.value}`,
  HistoryData: JSON.stringify({
    version: '1.0',
    oldState: { stateValue: was.value, stateReason: was.reason },
    newState: { stateValue: is.value, stateReason: is.reason },
  }),
});

const common = (alarm: WorldAlarm, state: State) => {
  const current = state.alarms.history(alarm.name, state.now()).at(-1);
  const at = iso(current?.at ?? Date.parse(state.world.now));
  return {
    AlarmName: alarm.name,
    AlarmArn: `arn:aws:cloudwatch:${state.world.region}:${state.world.account}:alarm:${alarm.name}`,
    ...(alarm.description === '' ? {} : { AlarmDescription: alarm.description }),
    AlarmConfigurationUpdatedTimestamp: iso(Date.parse(state.world.now) - 60 * 86_400_000),
    ActionsEnabled: true,
    OKActions: [],
    AlarmActions: [],
    InsufficientDataActions: [],
    StateValue: current?.value ?? 'INSUFFICIENT_DATA',
    StateReason: current?.reason ?? 'Unchecked: Initial alarm creation',
    StateReasonData: current?.reasonData ?? '{}',
    StateUpdatedTimestamp: at,
    StateTransitionedTimestamp: at,
  };
};

const describeMetric = (metric: MetricStat) => ({
  MetricName: metric.name,
  Namespace: metric.namespace,
  ...(isExtended(metric.stat) ? { ExtendedStatistic: metric.stat } : { Statistic: metric.stat }),
  Dimensions: dimensionsOf(metric.dimensions),
  Period: metric.periodSeconds,
});

const describeLine = (line: NonNullable<WorldAlarm['metrics']>[number]) => ({
  Id: line.id,
  ...(line.expression === undefined ? {} : { Expression: line.expression }),
  ...(line.label === undefined ? {} : { Label: line.label }),
  ...(line.metric === undefined
    ? {}
    : {
        MetricStat: {
          Metric: {
            Namespace: line.metric.namespace,
            MetricName: line.metric.name,
            Dimensions: dimensionsOf(line.metric.dimensions),
          },
          Period: line.metric.periodSeconds,
          Stat: line.metric.stat,
        },
      }),
  ReturnData: line.returnData,
});
