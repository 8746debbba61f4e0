import * as z from 'zod';
import type { ObserveManifest } from '../../contracts/tool.ts';

const stat = z
  .string()
  .regex(
    /^(Average|Minimum|Maximum|Sum|SampleCount|p(100|\d{1,2})(\.\d{1,2})?|tm\d{1,2}(\.\d{1,2})?)$/,
    'e.g. Average, Maximum, Sum, p95',
  )
  .describe('A CloudWatch statistic: Average, Minimum, Maximum, Sum, SampleCount, or a percentile such as p95.');

export const manifest = {
  kind: 'observe',
  name: 'get_metrics',
  description:
    'Datapoints of one CloudWatch metric up to now: for each statistic the lowest, average, median, 95th percentile and ' +
    'highest datapoint, the trend, and a compact series. Says so when there are no datapoints, which is not the same as zero.',
  input: z.strictObject({
    namespace: z
      .string()
      .regex(/^[\w.\-/#:]{1,255}$/)
      .describe('Namespace of the metric, e.g. AWS/EC2.'),
    metric: z.string().min(1).max(255).describe('Name of the metric, e.g. CPUUtilization.'),
    dimensions: z
      .record(z.string().min(1).max(255), z.string().min(1).max(1024))
      .default({})
      .describe(
        'All dimensions of the metric, by name, e.g. {"InstanceId":"i-0abc1234"}. A partial set finds nothing.',
      ),
    stats: z.array(stat).min(1).max(5).default(['Average', 'Maximum']).describe('Statistics to read, 1 to 5 of them.'),
    minutes: z.int().min(5).max(20_160).default(180).describe('How far to look back, in minutes (20160 = 14 days).'),
    periodSeconds: z
      .int()
      .min(60)
      .max(86_400)
      .multipleOf(60)
      .default(300)
      .describe('Length of a datapoint, in seconds, a multiple of 60. At most 1440 datapoints per statistic.'),
  }),
  reads: [{ service: 'cloudwatch', command: 'GetMetricData', scope: 'any' }],
} satisfies ObserveManifest;
