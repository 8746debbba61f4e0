import * as z from 'zod';
import { KUBERNETES } from '../../contracts/clusters.ts';
import type { ChangeManifest } from '../../contracts/tool.ts';
import { BUDGET_READS } from '../kubernetes/budgets.ts';
import { TARGET_READS } from '../kubernetes/changes/target.ts';
import { inNamespace, objectName } from '../kubernetes/input.ts';

export const manifest = {
  kind: 'change',
  provider: KUBERNETES,
  name: 'restart_pod',
  heading: 'Restart',
  description:
    'Restarts one pod of a Deployment, ReplicaSet, StatefulSet or DaemonSet: it is evicted, and its controller makes a new one. For a ' +
    'pod that hangs or leaks. Its grace period and its disruption budget hold. It cannot be undone: memory and emptyDir volumes are ' +
    'lost, evidence too. It does not help where the new pod meets the same fault (OOMKilled, a bad image).',
  input: z.strictObject({
    ...inNamespace,
    name: objectName.describe('Name of the pod, as list_pods says.'),
    why: z.string().min(10).max(500).describe('Why a restart helps, naming the evidence. The approver reads it.'),
  }),
  reads: [
    { service: 'v1', command: 'get pods' },
    { service: 'v1', command: 'list pods' },
    { service: 'apps/v1', command: 'get replicasets' },
    { service: 'apps/v1', command: 'get deployments' },
    { service: 'apps/v1', command: 'get statefulsets' },
    { service: 'apps/v1', command: 'get daemonsets' },
    ...BUDGET_READS,
    ...TARGET_READS,
  ],
  changes: [{ service: 'v1', command: 'create pods/eviction' }],
  targetKind: 'kubernetes-pod',
  targetRef: 'k8s://*/*/pods/*',
  capacity: 'none',
  facts: ['fleetSize', 'fleetAffectedPercent', 'inServiceAfter', 'downtimeSeconds'],
  repeatable: true,
  stabilizeSeconds: 120,
} satisfies ChangeManifest;
