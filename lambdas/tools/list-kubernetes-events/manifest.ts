import * as z from 'zod';
import type { ObserveManifest } from '../../contracts/tool.ts';
import { inNamespace, objectName } from '../kubernetes/input.ts';

export const manifest = {
  kind: 'observe',
  provider: 'kubernetes',
  name: 'list_kubernetes_events',
  description:
    'Events of a namespace, as controllers and kubelets write them: failed probes, kills, back-off, scheduling, image pulls, scaling. ' +
    'Warnings first, then the newest. Clusters keep events for an hour only; metrics and logs reach further back.',
  input: z.strictObject({
    ...inNamespace,
    object: objectName
      .optional()
      .describe('Only events about objects whose name begins so, e.g. the name of a pod or of a workload.'),
    warningsOnly: z.boolean().default(false).describe('Leave out events that are not warnings.'),
    count: z.int().min(1).max(100).default(30).describe('Show at most this many events; all are counted.'),
  }),
  reads: [{ service: 'v1', command: 'list events' }],
} satisfies ObserveManifest;
