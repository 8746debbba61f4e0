import * as z from 'zod';
import { KUBERNETES } from '../../contracts/clusters.ts';
import type { ChangeManifest } from '../../contracts/tool.ts';
import { TARGET_READS } from '../kubernetes/changes/target.ts';
import { inNamespace, objectName } from '../kubernetes/input.ts';

export const manifest = {
  kind: 'change',
  provider: KUBERNETES,
  name: 'set_cron_suspended',
  heading: 'Suspend or resume',
  description:
    'Suspends a CronJob, so that it starts no more Jobs, or lets it start them again. Jobs that run are not touched. Runs that are due ' +
    'while it is suspended are missed. For a CronJob whose runs do harm, or that somebody suspended and forgot.',
  input: z.strictObject({
    ...inNamespace,
    name: objectName.describe('Name of the CronJob.'),
    suspended: z.boolean().describe('true: it starts no more Jobs. false: it starts them by its schedule again.'),
    why: z.string().min(10).max(500).describe('Why this helps, naming the evidence. The approver reads it.'),
  }),
  reads: [{ service: 'batch/v1', command: 'get cronjobs' }, ...TARGET_READS],
  changes: [{ service: 'batch/v1', command: 'patch cronjobs', fields: ['spec.suspend'] }],
  targetKind: 'kubernetes-cron-job',
  targetRef: 'k8s://*/*/cronjobs/*',
  capacity: 'none',
  facts: ['fleetSize', 'fleetAffectedPercent', 'inServiceAfter', 'downtimeSeconds', 'gitOpsManaged'],
  repeatable: true,
  stabilizeSeconds: 60,
} satisfies ChangeManifest;
