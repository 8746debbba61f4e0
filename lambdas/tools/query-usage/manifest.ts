import * as z from 'zod';
import type { ObserveManifest } from '../../contracts/tool.ts';
import { USAGE_READ, UsageMetric } from '../../contracts/usage.ts';
import { inNamespace, objectName, workloadKind } from '../kubernetes/input.ts';

export const manifest = {
  kind: 'observe',
  provider: 'kubernetes',
  name: 'query_usage',
  description:
    'What the containers of a workload used over up to 14 days: peak with its time, and 50th, 95th and 99th percentile, against the ' +
    'requests and limits of today. Says how much of the window really has data. Memory in bytes, CPU in cores, throttling in ' +
    'percent of the CPU periods.',
  input: z.strictObject({
    ...inNamespace,
    kind: workloadKind.describe('Kind of the workload.'),
    name: objectName.describe('Name of the workload, as list_pods says.'),
    container: z.string().min(1).max(63).optional().describe('Only this container. Default: all of the workload.'),
    metric: UsageMetric.describe('memory, cpu, or throttling (CPU periods in which the limit held a container back).'),
    hours: z.int().min(1).max(336).default(336).describe('How far to look back, in hours (336 = 14 days).'),
  }),
  reads: [
    { service: 'apps/v1', command: 'get deployments' },
    { service: 'apps/v1', command: 'get statefulsets' },
    { service: 'apps/v1', command: 'get daemonsets' },
    USAGE_READ,
  ],
} satisfies ObserveManifest;
