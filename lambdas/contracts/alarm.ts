import * as z from 'zod';
import { Json } from './json.ts';

/** The envelope of every EventBridge event, as AWS sends it. */
export const BusEvent = z.looseObject({
  id: z.string().min(1),
  source: z.string().min(1),
  'detail-type': z.string().min(1),
  account: z.string().regex(/^\d{12}$/, 'a 12-digit account id'),
  region: z.string().min(1),
  time: z.iso.datetime({ offset: true }),
  resources: z.array(z.string()).default([]),
  detail: z.record(z.string(), Json),
});
export type BusEvent = z.infer<typeof BusEvent>;

const Metric = z.looseObject({
  id: z.string(),
  returnData: z.boolean().default(true),
  expression: z.string().optional(),
  label: z.string().optional(),
  metricStat: z
    .looseObject({
      metric: z.looseObject({
        namespace: z.string(),
        name: z.string(),
        dimensions: z.record(z.string(), z.string()).default({}),
      }),
      period: z.number(),
      stat: z.string(),
    })
    .optional(),
});

/** `detail` of a `CloudWatch Alarm State Change`. Composite alarms have `alarmRule` and no metrics. */
export const AlarmDetail = z.looseObject({
  alarmName: z.string().min(1),
  state: z.looseObject({
    value: z.enum(['ALARM', 'OK', 'INSUFFICIENT_DATA']),
    reason: z.string().default(''),
    timestamp: z.string().optional(),
  }),
  previousState: z.looseObject({ value: z.string() }).optional(),
  configuration: z
    .looseObject({
      description: z.string().optional(),
      metrics: z.array(Metric).default([]),
      alarmRule: z.string().optional(),
    })
    .prefault({}),
});
export type AlarmDetail = z.infer<typeof AlarmDetail>;

/**
 * Only a `single` alarm has exactly one metric to look at; the others are investigated with whatever
 * metrics they have.
 */
const AlarmKind = z.enum(['single', 'several-metrics', 'metric-math', 'anomaly-detection', 'composite']);

/** The alarm as recorded when the incident opens. */
export const Alarm = z.strictObject({
  name: z.string(),
  arn: z.string(),
  account: z.string(),
  region: z.string(),
  kind: AlarmKind,
  reason: z.string(),
  description: z.string(),
  since: z.string(),
  /** Every metric that the alarm reads; none for a composite alarm. */
  metrics: z.array(
    z.strictObject({
      namespace: z.string(),
      name: z.string(),
      dimensions: z.record(z.string(), z.string()),
      stat: z.string(),
      periodSeconds: z.int(),
    }),
  ),
});
export type Alarm = z.infer<typeof Alarm>;
