import * as z from 'zod';
import type { ChangeManifest } from '../../contracts/tool.ts';

/** The largest capacity that is set, and that an undo can write back. */
export const MOST_INSTANCES = 1000;

export const manifest = {
  kind: 'change',
  name: 'set_auto_scaling_capacity',
  heading: 'Scale',
  description:
    'Sets how many instances an Auto Scaling group should have, between its minimum and maximum, which stay as they are. ' +
    'The number is absolute. A scaling policy of the group may change it again.',
  input: z.strictObject({
    group: z
      .string()
      .regex(/^[\w .\-/#+=@]{1,255}$/)
      .describe('Name of the Auto Scaling group, not its ARN.'),
    desired: z.int().min(0).max(MOST_INSTANCES).describe('Desired number of instances after the change.'),
    why: z.string().min(10).max(500).describe('Why this number helps, naming the evidence. The approver reads it.'),
  }),
  reads: [
    { service: 'autoscaling', command: 'DescribeAutoScalingGroups', scope: 'any' },
    { service: 'autoscaling', command: 'DescribeScalingActivities', scope: 'any' },
    { service: 'autoscaling', command: 'DescribePolicies', scope: 'any' },
    { service: 'ec2', command: 'DescribeLaunchTemplates', scope: 'any' },
    { service: 'cloudwatch', command: 'GetMetricData', scope: 'any' },
    { service: 'pricing', command: 'GetProducts', scope: 'any' },
  ],
  changes: [{ service: 'autoscaling', command: 'SetDesiredCapacity', scope: 'target' }],
  targetKind: 'auto-scaling-group',
  targetArn: 'arn:aws:autoscaling:${region}:${account}:autoScalingGroup:*:autoScalingGroupName/*',
  facts: [
    'cutPercent',
    'growPercent',
    'peakUsePercentAfter',
    'fleetSize',
    'fleetAffectedPercent',
    'inServiceAfter',
    'downtimeSeconds',
    'unitsRemoved',
    'instancesAdded',
    'processSuspended',
  ],
  repeatable: true,
  stabilizeSeconds: 300,
} satisfies ChangeManifest;
