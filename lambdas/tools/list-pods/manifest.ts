import * as z from 'zod';
import type { ObserveManifest } from '../../contracts/tool.ts';
import { inNamespace, objectName } from '../kubernetes/input.ts';

export const manifest = {
  kind: 'observe',
  provider: 'kubernetes',
  name: 'list_pods',
  description:
    'Pods of a namespace, those in trouble first: restarts, how the last run of each container ended (reason, exit code, OOMKilled), ' +
    'what it waits for, readiness, requests and limits, owner, node. Begin here when pods restart or are not ready.',
  input: z.strictObject({
    ...inNamespace,
    workload: objectName
      .optional()
      .describe('Only pods of this Deployment, StatefulSet, DaemonSet or Job, by its name.'),
    count: z.int().min(1).max(50).default(15).describe('Show at most this many pods; all are counted.'),
  }),
  reads: [{ service: 'v1', command: 'list pods' }],
} satisfies ObserveManifest;
