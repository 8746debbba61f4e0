import type * as z from 'zod';
import { ToolRefusal } from '../../contracts/errors.ts';
import { callAws } from '../aws/call-aws.ts';
import { dimensionsText, formatNumber, singleLine, utc } from '../aws/format.ts';
import { observeTool } from '../tool.ts';
import {
  DescribeAlarmsResponse,
  DescribeAlarmHistoryResponse,
  type CompositeAlarm,
  type MetricAlarm,
} from './responses.ts';
import { manifest } from './manifest.ts';

export const tool = observeTool(manifest, async ({ alarm: name }, { cloud }) => {
  const wanted = { AlarmNames: [name], AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] };
  const found = await callAws(
    cloud,
    { service: 'cloudwatch', command: 'DescribeAlarms', input: wanted },
    DescribeAlarmsResponse,
  );
  const [alarm] = [...found.MetricAlarms, ...found.CompositeAlarms];
  if (!alarm) throw new ToolRefusal(`There is no alarm "${name}" in ${cloud.region} of account ${cloud.account}.`);

  const latest = { AlarmName: name, HistoryItemType: 'StateUpdate', ScanBy: 'TimestampDescending', MaxRecords: 10 };
  const history = await callAws(
    cloud,
    { service: 'cloudwatch', command: 'DescribeAlarmHistory', input: latest },
    DescribeAlarmHistoryResponse,
  );
  return [
    `${alarm.AlarmName} is ${alarm.StateValue} since ${utc(alarm.StateUpdatedTimestamp)}`,
    `reason: ${singleLine(alarm.StateReason, 600) || 'none given'}`,
    ...('AlarmRule' in alarm ? compositeRule(alarm) : metricRule(alarm)),
    ...(alarm.AlarmDescription ? [`description: ${singleLine(alarm.AlarmDescription, 600)}`] : []),
    ...(alarm.ActionsEnabled ? [] : ['its actions are disabled']),
    ...historyLines(history),
  ].join('\n');
});

const compositeRule = (alarm: CompositeAlarm): string[] => [`composite alarm: ${singleLine(alarm.AlarmRule, 2000)}`];

const metricRule = (alarm: MetricAlarm): string[] => {
  const needed = alarm.DatapointsToAlarm ?? alarm.EvaluationPeriods;
  const condition = `${COMPARISON[alarm.ComparisonOperator] ?? alarm.ComparisonOperator} ${thresholdOf(alarm)}`;
  const duration = `for ${needed} of ${alarm.EvaluationPeriods} periods; missing data counts as ${alarm.TreatMissingData}`;
  if (alarm.Metrics.length > 0)
    return [`alarms when ${comparedMetric(alarm)} ${condition} ${duration}`, ...alarm.Metrics.map(mathLine)];
  const metric = `${alarm.Namespace ?? '?'} ${alarm.MetricName ?? '?'} ${dimensionsText(alarm.Dimensions)}`;
  const stat = alarm.Statistic ?? alarm.ExtendedStatistic ?? '?';
  return [`alarms when ${stat} of ${metric} over ${alarm.Period ?? '?'} s ${condition} ${duration}`];
};

const COMPARISON: Readonly<Record<string, string>> = {
  GreaterThanThreshold: '>',
  GreaterThanOrEqualToThreshold: '>=',
  LessThanThreshold: '<',
  LessThanOrEqualToThreshold: '<=',
  GreaterThanUpperThreshold: 'is above the band',
  LessThanLowerThreshold: 'is below the band',
  LessThanLowerOrGreaterThanUpperThreshold: 'is outside the band',
};

const thresholdOf = (alarm: MetricAlarm): string =>
  alarm.ThresholdMetricId ?? (alarm.Threshold === undefined ? 'no threshold' : formatNumber(alarm.Threshold));

/** The query that the alarm compares: the returned one that is not the anomaly detection band. */
const comparedMetric = (alarm: MetricAlarm): string =>
  alarm.Metrics.find((one) => one.ReturnData && one.Id !== alarm.ThresholdMetricId)?.Id ?? 'a metric';

const mathLine = ({ Id, Expression, MetricStat }: MetricAlarm['Metrics'][number]): string => {
  if (!MetricStat) return `  ${Id} = ${Expression ?? '?'}`;
  const { Metric, Stat, Period } = MetricStat;
  return `  ${Id} = ${Stat} of ${Metric.Namespace} ${Metric.MetricName} ${dimensionsText(Metric.Dimensions)} over ${Period} s`;
};

const historyLines = ({ AlarmHistoryItems: items }: z.output<typeof DescribeAlarmHistoryResponse>): string[] => [
  items.length === 0 ? 'no state changes on record' : 'last state changes:',
  ...items.map((item) => `  ${utc(item.Timestamp)} ${item.HistorySummary}`),
];
