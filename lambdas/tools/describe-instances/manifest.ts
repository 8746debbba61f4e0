import * as z from 'zod';
import type { ObserveManifest } from '../../contracts/tool.ts';

export const manifest = {
  kind: 'observe',
  name: 'describe_instances',
  description:
    'EC2 instances by id: state, status checks, type with vCPUs and memory, Availability Zone, launch time, Auto Scaling ' +
    'group, tags. Use it before any change to an instance.',
  input: z.strictObject({
    instanceIds: z
      .array(z.string().regex(/^i-[0-9a-f]{8,17}$/, 'an instance id such as i-0123456789abcdef0'))
      .min(1)
      .max(20)
      .describe('Instance ids, 1 to 20 of them.'),
  }),
  reads: [
    { service: 'ec2', command: 'DescribeInstances', scope: 'any' },
    { service: 'ec2', command: 'DescribeInstanceStatus', scope: 'any' },
    { service: 'ec2', command: 'DescribeInstanceTypes', scope: 'any' },
  ],
} satisfies ObserveManifest;
