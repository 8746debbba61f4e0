import * as z from 'zod';
import { Timestamp } from '../aws/call-aws.ts';

const Dimensions = z
  .array(z.object({ Name: z.string(), Value: z.string() }))
  .default([])
  .transform((pairs) => Object.fromEntries(pairs.map(({ Name, Value }) => [Name, Value])));

const Common = z.object({
  AlarmName: z.string(),
  AlarmDescription: z.string().optional(),
  ActionsEnabled: z.boolean().default(true),
  StateValue: z.string(),
  StateReason: z.string().default(''),
  StateUpdatedTimestamp: Timestamp,
});

const MetricQuery = z.object({
  Id: z.string(),
  Expression: z.string().optional(),
  ReturnData: z.boolean().default(true),
  MetricStat: z
    .object({
      Metric: z.object({ Namespace: z.string(), MetricName: z.string(), Dimensions }),
      Period: z.number(),
      Stat: z.string(),
    })
    .optional(),
});

export const MetricAlarm = Common.extend({
  Namespace: z.string().optional(),
  MetricName: z.string().optional(),
  Dimensions,
  Statistic: z.string().optional(),
  ExtendedStatistic: z.string().optional(),
  Period: z.number().optional(),
  ComparisonOperator: z.string(),
  Threshold: z.number().optional(),
  /** Id of the band of an anomaly detection alarm. */
  ThresholdMetricId: z.string().optional(),
  EvaluationPeriods: z.number(),
  DatapointsToAlarm: z.number().optional(),
  TreatMissingData: z.string().default('missing'),
  Metrics: z.array(MetricQuery).default([]),
});
export type MetricAlarm = z.output<typeof MetricAlarm>;

export const CompositeAlarm = Common.extend({ AlarmRule: z.string() });
export type CompositeAlarm = z.output<typeof CompositeAlarm>;

/** Response of DescribeAlarms. */
export const DescribeAlarmsResponse = z.object({
  MetricAlarms: z.array(MetricAlarm).default([]),
  CompositeAlarms: z.array(CompositeAlarm).default([]),
});

/** Response of DescribeAlarmHistory. */
export const DescribeAlarmHistoryResponse = z.object({
  AlarmHistoryItems: z.array(z.object({ Timestamp, HistorySummary: z.string() })).default([]),
});
