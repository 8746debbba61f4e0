import * as z from 'zod';
import { manifest as scaleWorkload } from '../../lambdas/tools/scale-workload/manifest.ts';
import type { ChangeManifest, ProviderCall } from '../../lambdas/contracts/tool.ts';
import { manifest as patchConfigMapKey } from '../../lambdas/tools/patch-config-map-key/manifest.ts';
import { manifest as restartPod } from '../../lambdas/tools/restart-pod/manifest.ts';
import { manifest as setCronSuspended } from '../../lambdas/tools/set-cron-suspended/manifest.ts';
import { manifest as setHpaBounds } from '../../lambdas/tools/set-hpa-bounds/manifest.ts';
import { manifest as setNodeSchedulable } from '../../lambdas/tools/set-node-schedulable/manifest.ts';
import { manifest as setResources } from '../../lambdas/tools/set-resources/manifest.ts';
import { manifest as setVolumeClaimSize } from '../../lambdas/tools/set-volume-claim-size/manifest.ts';
import { manifest as restartRollout } from '../../lambdas/tools/restart-rollout/manifest.ts';
import { manifest as undoRollout } from '../../lambdas/tools/undo-rollout/manifest.ts';

/** A call that changes something, and the fields that it may change. */
type ChangeCall = ProviderCall & { readonly fields?: readonly string[] };

/** A manifest of a change tool on Kubernetes with these calls. The policy and RBAC follow from its calls alone. */
export const kubernetesTool = (name: string, ...changes: readonly ChangeCall[]): ChangeManifest => ({
  kind: 'change',
  provider: 'kubernetes',
  name,
  description: name,
  input: z.strictObject({}),
  reads: [],
  changes,
  targetKind: 'deployment',
  targetRef: 'k8s://*/*/*/*',
  capacity: 'none',
  facts: ['downtimeSeconds'],
  repeatable: true,
  stabilizeSeconds: 60,
});

/** The writes of the tools on Kubernetes. */
export const TOOLS = [
  restartPod,
  patchConfigMapKey,
  restartRollout,
  scaleWorkload,
  setCronSuspended,
  setHpaBounds,
  setNodeSchedulable,
  setResources,
  setVolumeClaimSize,
  undoRollout,
] as const;
