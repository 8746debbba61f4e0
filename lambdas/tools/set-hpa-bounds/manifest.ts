import * as z from 'zod';
import { KUBERNETES } from '../../contracts/clusters.ts';
import type { ChangeManifest } from '../../contracts/tool.ts';
import { QUOTA_READS } from '../kubernetes/changes/quota.ts';
import { TARGET_READS } from '../kubernetes/changes/target.ts';
import { inNamespace, objectName } from '../kubernetes/input.ts';

/** The largest bound that is set, and that an undo can write back. */
export const MOST_REPLICAS = 1000;

const replicas = (least: number, what: string) =>
  z.int().min(least).max(MOST_REPLICAS).exactOptional().describe(`${what} Left out, it stays as it is.`);

export const manifest = {
  kind: 'change',
  provider: KUBERNETES,
  name: 'set_hpa_bounds',
  heading: 'Set bounds of',
  description:
    'Sets the smallest and the largest number of pods between which a HorizontalPodAutoscaler chooses. A minimum above the present ' +
    'number starts pods at once, a maximum below it stops some. Its metrics stay. Refused on one that KEDA makes: its ScaledObject has ' +
    'the bounds.',
  input: z.strictObject({
    ...inNamespace,
    name: objectName.describe('Name of the HorizontalPodAutoscaler, as get_workload says.'),
    minReplicas: replicas(0, 'Smallest number of pods, at least 1.'),
    maxReplicas: replicas(1, 'Largest number of pods.'),
    why: z.string().min(10).max(500).describe('Why these bounds help, naming the evidence. The approver reads it.'),
  }),
  reads: [
    { service: 'autoscaling/v2', command: 'get horizontalpodautoscalers' },
    { service: 'apps/v1', command: 'get deployments' },
    { service: 'apps/v1', command: 'get statefulsets' },
    ...TARGET_READS,
    ...QUOTA_READS,
  ],
  changes: [
    {
      service: 'autoscaling/v2',
      command: 'patch horizontalpodautoscalers',
      fields: ['spec.minReplicas', 'spec.maxReplicas'],
    },
  ],
  targetKind: 'kubernetes-autoscaler',
  targetRef: 'k8s://*/*/horizontalpodautoscalers/*',
  facts: [
    'cutPercent',
    'growPercent',
    'peakUsePercentAfter',
    'fleetSize',
    'fleetAffectedPercent',
    'inServiceAfter',
    'downtimeSeconds',
    'quotaUsePercentAfter',
    'gitOpsManaged',
  ],
  repeatable: true,
  stabilizeSeconds: 120,
} satisfies ChangeManifest;
