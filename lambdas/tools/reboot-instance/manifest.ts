import * as z from 'zod';
import type { ChangeManifest } from '../../contracts/tool.ts';

export const manifest = {
  kind: 'change',
  name: 'reboot_instance',
  heading: 'Reboot',
  description:
    'Reboots a running EC2 instance: the operating system restarts, disks and addresses stay. For a hung system or a leak. ' +
    'It cannot be undone, interrupts service for about two minutes, and destroys what is only in memory, evidence too.',
  input: z.strictObject({
    instanceId: z
      .string()
      .regex(/^i-[0-9a-f]{8,17}$/, 'an instance id such as i-0123456789abcdef0')
      .describe('Id of the instance.'),
    why: z.string().min(10).max(500).describe('Why a reboot helps, naming the evidence. The approver reads it.'),
  }),
  reads: [
    { service: 'ec2', command: 'DescribeInstances', scope: 'any' },
    { service: 'ec2', command: 'DescribeInstanceAttribute', scope: 'any' },
    { service: 'autoscaling', command: 'DescribeAutoScalingGroups', scope: 'any' },
    { service: 'cloudwatch', command: 'GetMetricData', scope: 'any' },
  ],
  changes: [{ service: 'ec2', command: 'RebootInstances', scope: 'target' }],
  targetKind: 'ec2-instance',
  targetArn: 'arn:aws:ec2:${region}:${account}:instance/*',
  capacity: 'none',
  facts: ['fleetSize', 'fleetAffectedPercent', 'inServiceAfter', 'downtimeSeconds'],
  repeatable: false,
  stabilizeSeconds: 180,
} satisfies ChangeManifest;
