import * as z from 'zod';
import type { ObserveManifest } from '../../contracts/tool.ts';

export const manifest = {
  kind: 'observe',
  name: 'describe_alarm',
  description:
    'Definition and state of a CloudWatch alarm: metric or metric math, threshold, periods, how missing data counts, ' +
    'the rule of a composite alarm, why it is in its state, and its last state changes (a flapping alarm shows there).',
  input: z.strictObject({
    alarm: z.string().min(1).max(255).describe('Name of the alarm, not its ARN.'),
  }),
  reads: [
    { service: 'cloudwatch', command: 'DescribeAlarms', scope: 'any' },
    { service: 'cloudwatch', command: 'DescribeAlarmHistory', scope: 'any' },
  ],
} satisfies ObserveManifest;
