import * as z from 'zod';
import type { ChangeManifest, ProviderCall } from '../../lambdas/contracts/tool.ts';
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

const patchDeployments = (...fields: readonly string[]) => ({
  service: 'apps/v1',
  command: 'patch deployments',
  fields,
});

/** The writes of the tools on Kubernetes. */
export const TOOLS = [
  kubernetesTool('restart_pod', { service: 'v1', command: 'create pods/eviction' }),
  restartRollout,
  kubernetesTool('scale_workload', patchDeployments('spec.replicas')),
  kubernetesTool('set_resources', patchDeployments('spec.template.spec.containers[*].resources')),
  undoRollout,
] as const;
