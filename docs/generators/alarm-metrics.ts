import * as z from 'zod';

const Line = z.looseObject({ Expression: z.unknown().optional(), MetricStat: z.unknown().optional() });
const Alarm = z.looseObject({
  Type: z.literal('AWS::CloudWatch::Alarm'),
  Properties: z.looseObject({ Metrics: z.array(Line).default([]) }),
});

/** An anomaly detection alarm is billed for its metric and for both edges of the band. */
const METRICS_OF_A_BAND = 3;
const isBand = ({ Expression }: z.infer<typeof Line>): boolean =>
  typeof Expression === 'string' && Expression.includes('ANOMALY_DETECTION_BAND');

/** How often the monthly price of its type a resource costs: an alarm as often as it reads metrics, all others once. */
export const billedUnits = (resource: unknown): number => {
  const alarm = Alarm.safeParse(resource);
  if (!alarm.success) return 1;
  const lines = alarm.data.Properties.Metrics;
  const metrics = Math.max(1, lines.filter(({ MetricStat }) => MetricStat !== undefined).length);
  return lines.some(isBand) ? metrics * METRICS_OF_A_BAND : metrics;
};
