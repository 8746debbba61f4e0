import * as z from 'zod';
import { KUBERNETES } from '../../contracts/clusters.ts';
import type { ChangeManifest } from '../../contracts/tool.ts';
import { QUOTA_READS } from '../kubernetes/changes/quota.ts';
import { TARGET_READS } from '../kubernetes/changes/target.ts';
import { inNamespace, objectName } from '../kubernetes/input.ts';

export const manifest = {
  kind: 'change',
  provider: KUBERNETES,
  name: 'set_volume_claim_size',
  heading: 'Grow',
  description:
    'Grows a PersistentVolumeClaim, e.g. of a disk that is nearly full. It only grows, and nobody can take that back: a claim never ' +
    'shrinks. No pod is stopped; with some drivers the file system grows only once its pods are restarted, which is said. Refused ' +
    'where the StorageClass does not allow expansion.',
  input: z.strictObject({
    ...inNamespace,
    name: objectName.describe('Name of the PersistentVolumeClaim, as its alarm or an event says.'),
    size: z
      .string()
      .regex(/^[1-9]\d{0,6}(Mi|Gi|Ti)$/, 'a whole number of Mi, Gi or Ti, e.g. 20Gi')
      .describe('Its whole size after the change, more than now, in Mi, Gi or Ti, e.g. 20Gi.'),
    why: z.string().min(10).max(500).describe('Why this size helps, naming the evidence. The approver reads it.'),
  }),
  reads: [
    { service: 'v1', command: 'get persistentvolumeclaims' },
    { service: 'storage.k8s.io/v1', command: 'get storageclasses' },
    { service: 'v1', command: 'list pods' },
    { service: 'apps/v1', command: 'list statefulsets' },
    ...TARGET_READS,
    ...QUOTA_READS,
  ],
  changes: [{ service: 'v1', command: 'patch persistentvolumeclaims', fields: ['spec.resources.requests.storage'] }],
  targetKind: 'kubernetes-volume-claim',
  targetRef: 'k8s://*/*/persistentvolumeclaims/*',
  facts: [
    'cutPercent',
    'growPercent',
    'peakUsePercentAfter',
    'storageGiBAdded',
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
