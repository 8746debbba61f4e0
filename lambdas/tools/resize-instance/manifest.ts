import * as z from 'zod';
import type { ChangeManifest } from '../../contracts/tool.ts';

export const manifest = {
  kind: 'change',
  name: 'resize_instance',
  heading: 'Resize',
  description:
    'Changes the type of a lone EC2 instance: stops it, sets the type, starts it; about three minutes without service. ' +
    'Not for members of an Auto Scaling group (change the launch template instead), Spot Instances or instance-store roots.',
  input: z.strictObject({
    instanceId: z
      .string()
      .regex(/^i-[0-9a-f]{8,17}$/, 'an instance id such as i-0123456789abcdef0')
      .describe('Id of the instance.'),
    instanceType: z
      .string()
      .regex(/^[a-z][a-z0-9-]{1,15}\.[a-z0-9-]{2,16}$/, 'an instance type such as m7i.large')
      .describe('Instance type after the change, of the same processor architecture, e.g. m7i.large.'),
    why: z.string().min(10).max(500).describe('Why this type helps, naming the evidence. The approver reads it.'),
  }),
  reads: [
    { service: 'ec2', command: 'DescribeInstances', scope: 'any' },
    { service: 'ec2', command: 'DescribeInstanceAttribute', scope: 'any' },
    { service: 'ec2', command: 'DescribeInstanceTypes', scope: 'any' },
    { service: 'ec2', command: 'DescribeInstanceTypeOfferings', scope: 'any' },
    { service: 'ec2', command: 'DescribeVolumes', scope: 'any' },
    { service: 'cloudwatch', command: 'GetMetricData', scope: 'any' },
    { service: 'pricing', command: 'GetProducts', scope: 'any' },
  ],
  changes: [
    { service: 'ec2', command: 'StopInstances', scope: 'target' },
    { service: 'ec2', command: 'ModifyInstanceAttribute', scope: 'target' },
    { service: 'ec2', command: 'StartInstances', scope: 'target', onBehalf: ['kms:CreateGrant'] },
  ],
  targetKind: 'ec2-instance',
  targetArn: 'arn:aws:ec2:${region}:${account}:instance/*',
  facts: [
    'cutPercent',
    'growPercent',
    'peakUsePercentAfter',
    'cpuMillicoresAfter',
    'memoryMiBAfter',
    'cpuCutPercent',
    'memoryCutPercent',
    'fleetSize',
    'fleetAffectedPercent',
    'inServiceAfter',
    'downtimeSeconds',
  ],
  repeatable: true,
  stabilizeSeconds: 300,
} satisfies ChangeManifest;
