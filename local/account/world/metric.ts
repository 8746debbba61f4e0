import * as z from 'zod';
import { BOUNDS } from './bounds.ts';
import { Amount, TimeSeriesWithGaps } from './time.ts';

const MetricName = {
  namespace: z.string().min(1),
  name: z.string().min(1),
  dimensions: z.record(z.string(), z.string()).default({}),
};

const SHARE = String.raw`(100(\.0{1,10})?|\d{1,2}(\.\d{1,10})?)`;
const Percentile = z
  .string({ error: 'a percentile such as p99' })
  .regex(new RegExp(`^p${SHARE}$`), 'a percentile such as p50, p99 or p99.9');

/** A metric that the account's instances do not have already. It has exactly one source of values. */
export const Metric = z
  .strictObject({
    ...MetricName,
    unit: z.string().default('None'),
    fixed: Amount.optional().describe('Always the same value, e.g. the load of a lock.'),
    values: TimeSeriesWithGaps.optional().describe(
      'Values by time, unaffected by changes; null: no data from then on.',
    ),
    responseTime: z
      .strictObject({
        of: z.string().describe('Instance id or Auto Scaling group name whose load it follows.'),
        idle: z.number().positive().max(BOUNDS.value).describe('The value without load.'),
      })
      .optional()
      .describe('A value that grows with load as waiting times do: idle / (1 - utilization).'),
    percentiles: z
      .record(Percentile, TimeSeriesWithGaps)
      .optional()
      .describe('Values of percentiles that differ from the others, e.g. { p99: { -14d: 0.2, -5m: 4 } }.'),
  })
  .refine((m) => [m.fixed, m.values, m.responseTime].filter((source) => source !== undefined).length === 1, {
    error: 'exactly one of fixed, values, responseTime',
  });
export type Metric = z.infer<typeof Metric>;

/** A metric with its statistic and period. */
export const MetricStat = z.strictObject({
  ...MetricName,
  stat: z
    .string()
    .regex(
      new RegExp(`^(Average|Sum|Minimum|Maximum|SampleCount|(p|tm)${SHARE})$`),
      'Average, Sum, Minimum, Maximum, SampleCount, a percentile such as p99 or a trimmed mean such as tm99',
    )
    .default('Average'),
  periodSeconds: z.int().positive().max(BOUNDS.periodSeconds).multipleOf(60).default(60),
});
export type MetricStat = z.infer<typeof MetricStat>;

/** Whether a statistic is one that CloudWatch calls extended: a percentile or a trimmed mean. */
export const isExtended = (stat: string): boolean => /^(p|tm)\d/.test(stat);
