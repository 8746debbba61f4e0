import * as z from 'zod';
import { JsonObject } from '../../../lambdas/contracts/json.ts';
import { BOUNDS } from './bounds.ts';
import { MetricStat } from './metric.ts';
import { Amount, Offset, offsetMs } from './time.ts';

const Line = z
  .strictObject({
    id: z.string().regex(/^[a-z][a-zA-Z0-9_]*$/, 'an id such as m1'),
    metric: MetricStat.optional(),
    expression: z.string().optional().describe('Arithmetic over other ids, or ANOMALY_DETECTION_BAND(m1, 2).'),
    label: z.string().optional(),
    returnData: z.boolean().default(true),
  })
  .refine((line) => (line.metric === undefined) !== (line.expression === undefined), {
    error: 'exactly one of metric, expression',
  });
export type MetricLine = z.infer<typeof Line>;

const longestPeriod = (alarm: {
  readonly metric?: MetricStat | undefined;
  readonly metrics?: readonly MetricLine[] | undefined;
}): number => Math.max(60, ...[alarm, ...(alarm.metrics ?? [])].map(({ metric }) => metric?.periodSeconds ?? 0));

/** A CloudWatch alarm. Its state is computed, never given. */
export const WorldAlarm = z
  .strictObject({
    name: z.string().min(1),
    description: z.string().default(''),
    metric: MetricStat.optional().describe('The one metric of a plain alarm.'),
    metrics: z
      .array(Line)
      .min(1)
      .max(BOUNDS.alarmMetrics)
      .optional()
      .describe('Several metrics, metric math, or anomaly detection.'),
    rule: z.string().optional().describe('Rule of a composite alarm, e.g. ALARM("a") OR ALARM("b").'),
    threshold: Amount.optional(),
    comparison: z
      .enum([
        'GreaterThanThreshold',
        'GreaterThanOrEqualToThreshold',
        'LessThanThreshold',
        'LessThanOrEqualToThreshold',
        'GreaterThanUpperThreshold',
        'LessThanLowerThreshold',
        'LessThanLowerOrGreaterThanUpperThreshold',
      ])
      .default('GreaterThanThreshold'),
    evaluationPeriods: z.int().positive().max(BOUNDS.evaluationPeriods).default(3),
    datapointsToAlarm: z.int().positive().optional().describe('How many of them must breach; default: all.'),
    missingData: z.enum(['missing', 'ignore', 'breaching', 'notBreaching']).default('missing'),
  })
  .refine((a) => [a.metric, a.metrics, a.rule].filter((source) => source !== undefined).length === 1, {
    error: 'exactly one of metric, metrics, rule',
  })
  .refine((a) => (a.threshold !== undefined) === (a.rule === undefined && !a.comparison.match(/Lower|Upper/)), {
    error: 'a threshold on metric alarms, and none on composite or anomaly detection alarms',
    path: ['threshold'],
  })
  .refine((a) => a.evaluationPeriods * longestPeriod(a) <= BOUNDS.evaluatedSeconds, {
    error: `evaluationPeriods × periodSeconds of at most ${BOUNDS.evaluatedSeconds}, a week`,
    path: ['evaluationPeriods'],
  });
export type WorldAlarm = z.infer<typeof WorldAlarm>;

const repeats = (at: string, every: string, until: string): number =>
  (offsetMs(until) - offsetMs(at)) / offsetMs(`+${every}`);

/** A CloudWatch log group with its lines. */
export const LogGroup = z.strictObject({
  name: z.string().min(1),
  retentionDays: z.int().positive().max(BOUNDS.days).default(30),
  stream: z.string().default('main'),
  lines: z
    .array(
      z
        .strictObject({
          at: Offset,
          message: z.string(),
          every: z
            .string()
            .regex(/^0*[1-9]\d*[smhd]$/, 'a duration such as 20s')
            .optional()
            .describe('Repeat at this interval …'),
          until: Offset.default('now').describe('… up to this moment.'),
        })
        .refine(({ at, every, until }) => every === undefined || repeats(at, every, until) <= BOUNDS.repeatedLines, {
          error: `a longer duration: at most ${BOUNDS.repeatedLines} lines from at to until`,
          path: ['every'],
        }),
    )
    .max(BOUNDS.lines)
    .default([]),
});
export type LogGroup = z.infer<typeof LogGroup>;

/** A CloudTrail event from before the incident. */
export const TrailEvent = z.strictObject({
  at: Offset,
  event: z.string().describe('The API call, e.g. CreateDeployment.'),
  source: z.string().describe('The service, e.g. codedeploy.amazonaws.com.'),
  user: z.string(),
  resources: z.array(z.strictObject({ type: z.string(), name: z.string() })).default([]),
  request: JsonObject.default({}),
});
export type TrailEvent = z.infer<typeof TrailEvent>;
