import * as z from 'zod';
import type { ObserveManifest } from '../../contracts/tool.ts';
import { inNamespace, objectName } from '../kubernetes/input.ts';

export const manifest = {
  kind: 'observe',
  provider: 'kubernetes',
  name: 'get_pod_usage',
  description:
    'What the containers of a namespace use now of memory and CPU, against their requests and limits, those nearest to their memory limit ' +
    'first. From the metrics API: the mean of about the last half minute, no history, and nothing of a run that has ended.',
  input: z.strictObject({
    ...inNamespace,
    workload: objectName.optional().describe('Only pods of this workload, by its name.'),
    count: z.int().min(1).max(60).default(20).describe('Show at most this many containers.'),
  }),
  reads: [
    { service: 'v1', command: 'list pods' },
    { service: 'metrics.k8s.io/v1beta1', command: 'list pods' },
  ],
} satisfies ObserveManifest;
