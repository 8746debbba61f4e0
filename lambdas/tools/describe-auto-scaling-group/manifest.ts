import * as z from 'zod';
import type { ObserveManifest } from '../../contracts/tool.ts';

export const manifest = {
  kind: 'observe',
  name: 'describe_auto_scaling_group',
  description:
    'An Auto Scaling group: minimum, desired and maximum capacity, its instances with health, suspended processes, and ' +
    'recent scaling activities with their causes (failed launches show there).',
  input: z.strictObject({
    group: z
      .string()
      .regex(/^[\w .\-/#+=@]{1,255}$/)
      .describe('Name of the Auto Scaling group, not its ARN.'),
  }),
  reads: [
    { service: 'autoscaling', command: 'DescribeAutoScalingGroups', scope: 'any' },
    { service: 'autoscaling', command: 'DescribeScalingActivities', scope: 'any' },
  ],
} satisfies ObserveManifest;
