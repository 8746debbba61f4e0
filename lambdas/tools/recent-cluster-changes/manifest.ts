import * as z from 'zod';
import type { ObserveManifest } from '../../contracts/tool.ts';
import { inNamespace, objectName } from '../kubernetes/input.ts';

export const manifest = {
  kind: 'observe',
  provider: 'kubernetes',
  name: 'recent_cluster_changes',
  description:
    'What changed in a namespace and who wrote it: new revisions of workloads with what differs, and the last write of each manager ' +
    '(Helm, kubectl, a GitOps controller, an autoscaler) on workloads, autoscalers and CronJobs, the newest first; of CronJobs their ' +
    'schedule, and whether they are suspended. A cluster keeps only the last write of each manager, and no name of a person.',
  input: z.strictObject({
    ...inNamespace,
    workload: objectName.optional().describe('Only this workload and its autoscaler, or this CronJob, by its name.'),
    hours: z.int().min(1).max(720).default(24).describe('How many hours to look back.'),
  }),
  reads: [
    { service: 'apps/v1', command: 'list deployments' },
    { service: 'apps/v1', command: 'list statefulsets' },
    { service: 'apps/v1', command: 'list daemonsets' },
    { service: 'apps/v1', command: 'list replicasets' },
    { service: 'apps/v1', command: 'list controllerrevisions' },
    { service: 'autoscaling/v2', command: 'list horizontalpodautoscalers' },
    { service: 'batch/v1', command: 'list cronjobs' },
  ],
} satisfies ObserveManifest;
