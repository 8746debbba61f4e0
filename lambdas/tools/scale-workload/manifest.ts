import * as z from 'zod';
import { KUBERNETES } from '../../contracts/clusters.ts';
import type { ChangeManifest } from '../../contracts/tool.ts';
import { PEAK_READS } from '../kubernetes/changes/measured-peak.ts';
import { QUOTA_READS } from '../kubernetes/changes/quota.ts';
import { WORKLOAD, WORKLOAD_READS } from '../kubernetes/changes/describe.ts';
import { AUTOSCALER_READS } from '../kubernetes/autoscalers.ts';
import { inNamespace, objectName } from '../kubernetes/input.ts';

/** The most pods that are set, and that an undo can write back. */
export const MOST_REPLICAS = 1000;

export const manifest = {
  kind: 'change',
  provider: KUBERNETES,
  name: 'scale_workload',
  heading: 'Scale',
  description:
    'Sets the number of pods of a Deployment or StatefulSet. Refused where a HorizontalPodAutoscaler or KEDA sets that number: ' +
    'there its bounds are what can be changed.',
  input: z.strictObject({
    ...inNamespace,
    kind: z.enum(['deployments', 'statefulsets']).describe('Kind of the workload.'),
    name: objectName.describe('Name of the workload.'),
    replicas: z.int().min(0).max(MOST_REPLICAS).describe('Number of pods after the change.'),
    why: z.string().min(10).max(500).describe('Why this number helps, naming the evidence. The approver reads it.'),
  }),
  reads: [...WORKLOAD_READS, ...AUTOSCALER_READS, ...QUOTA_READS, ...PEAK_READS],
  changes: [
    { service: 'apps/v1', command: 'patch deployments', fields: ['spec.replicas'] },
    { service: 'apps/v1', command: 'patch statefulsets', fields: ['spec.replicas'] },
  ],
  targetKind: WORKLOAD,
  targetRef: 'k8s://*/*/*/*',
  facts: [
    'cutPercent',
    'growPercent',
    'peakUsePercentAfter',
    'fleetSize',
    'fleetAffectedPercent',
    'inServiceAfter',
    'downtimeSeconds',
    'unitsRemoved',
    'quotaUsePercentAfter',
    'gitOpsManaged',
  ],
  repeatable: true,
  stabilizeSeconds: 120,
} satisfies ChangeManifest;
