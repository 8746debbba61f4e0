import * as z from 'zod';
import { KUBERNETES } from '../../contracts/clusters.ts';
import type { ChangeManifest } from '../../contracts/tool.ts';
import { WORKLOAD, WORKLOAD_READS } from '../kubernetes/changes/describe.ts';
import { templatePatches } from '../kubernetes/changes/template-patches.ts';
import { inNamespace, objectName, workloadKind } from '../kubernetes/input.ts';

/** The annotation of the template that a restart writes. */
export const RESTARTED = 'checkrein.dev/restarted';

export const manifest = {
  kind: 'change',
  provider: KUBERNETES,
  name: 'restart_rollout',
  heading: 'Restart all pods of',
  description:
    'Replaces every pod of a Deployment, StatefulSet or DaemonSet by a new one of the same template, as many at a time as its ' +
    'strategy says; PodDisruptionBudgets do not bind it. What the pods keep in memory or in emptyDir volumes is lost, and it cannot be undone. ' +
    'It does not help where the template itself is wrong: an image, a limit, a variable.',
  input: z.strictObject({
    ...inNamespace,
    kind: workloadKind.describe('Kind of the workload.'),
    name: objectName.describe('Name of the workload.'),
    why: z.string().min(10).max(500).describe('Why new pods help, naming the evidence. The approver reads it.'),
  }),
  reads: WORKLOAD_READS,
  changes: templatePatches(`spec.template.metadata.annotations["${RESTARTED}"]`),
  targetKind: WORKLOAD,
  targetRef: 'k8s://*/*/*/*',
  capacity: 'none',
  facts: ['fleetSize', 'fleetAffectedPercent', 'inServiceAfter', 'downtimeSeconds', 'gitOpsManaged'],
  repeatable: true,
  stabilizeSeconds: 120,
} satisfies ChangeManifest;
