import * as z from 'zod';
import { KUBERNETES } from '../../contracts/clusters.ts';
import type { ChangeManifest } from '../../contracts/tool.ts';
import { WORKLOAD, WORKLOAD_READS } from '../kubernetes/changes/describe.ts';
import { PEAK_READS } from '../kubernetes/changes/measured-peak.ts';
import { QUOTA_READS } from '../kubernetes/changes/quota.ts';
import { templatePatches } from '../kubernetes/changes/template-patches.ts';
import { inNamespace, objectName, workloadKind } from '../kubernetes/input.ts';

export const manifest = {
  kind: 'change',
  provider: KUBERNETES,
  name: 'undo_rollout',
  heading: 'Undo the rollout of',
  description:
    'Takes the Pod template of a Deployment, StatefulSet or DaemonSet back to a revision that the cluster keeps; get_workload lists ' +
    'them with what differs. Everything in the template goes back: images, resources, variables, probes. Nothing else does: neither ConfigMaps, ' +
    'Secrets and databases, nor the number of pods, nor the annotations of the workload, such as kubernetes.io/change-cause.',
  input: z.strictObject({
    ...inNamespace,
    kind: workloadKind.describe('Kind of the workload.'),
    name: objectName.describe('Name of the workload.'),
    revision: z.int().min(1).describe('Number of the revision to go back to, as get_workload shows it.'),
    why: z
      .string()
      .min(10)
      .max(500)
      .describe('Why this revision works where the present one does not, naming the evidence. The approver reads it.'),
  }),
  reads: [
    ...WORKLOAD_READS,
    { service: 'apps/v1', command: 'list replicasets' },
    { service: 'apps/v1', command: 'list controllerrevisions' },
    ...QUOTA_READS,
    ...PEAK_READS,
  ],
  changes: templatePatches('spec.template'),
  targetKind: WORKLOAD,
  targetRef: 'k8s://*/*/*/*',
  facts: [
    'cutPercent',
    'growPercent',
    'peakUsePercentAfter',
    'cpuMillicoresAfter',
    'memoryMiBAfter',
    'cpuCutPercent',
    'memoryCutPercent',
    'qosChanges',
    'quotaUsePercentAfter',
    'gitOpsManaged',
    'fleetSize',
    'fleetAffectedPercent',
    'inServiceAfter',
    'downtimeSeconds',
  ],
  repeatable: true,
  stabilizeSeconds: 120,
} satisfies ChangeManifest;
