import * as z from 'zod';
import { KUBERNETES } from '../../contracts/clusters.ts';
import type { ChangeManifest } from '../../contracts/tool.ts';
import { TARGET_READS } from '../kubernetes/changes/target.ts';
import { inNamespace, objectName } from '../kubernetes/input.ts';

/** The longest value that is set, and that an undo can write back. */
export const LONGEST_VALUE = 2000;

export const manifest = {
  kind: 'change',
  provider: KUBERNETES,
  name: 'patch_config_map_key',
  heading: 'Set a key of',
  description:
    'Sets one key of a ConfigMap that is there already, e.g. a feature flag. Only keys that your file names; people read their values. ' +
    'No pod is restarted: those that mount the key as a volume see it within about a minute, those that read it as a variable or by ' +
    'subPath only once they are restarted (restart_rollout), which the dry run says.',
  input: z.strictObject({
    ...inNamespace,
    name: objectName.describe('Name of the ConfigMap.'),
    key: z
      .string()
      .regex(/^[-._a-zA-Z0-9]{1,253}$/, 'a key of a ConfigMap')
      .describe('The key, exactly.'),
    value: z
      .string()
      .max(LONGEST_VALUE)
      .describe('Its whole value after the change, exactly, as the program reads it.'),
    why: z.string().min(10).max(500).describe('Why this value helps, naming the evidence. The approver reads it.'),
  }),
  reads: [{ service: 'v1', command: 'get configmaps' }, { service: 'v1', command: 'list pods' }, ...TARGET_READS],
  changes: [{ service: 'v1', command: 'patch configmaps', fields: ['data'] }],
  configMapKeyFields: { name: 'name', key: 'key' },
  targetKind: 'kubernetes-config-map',
  targetRef: 'k8s://*/*/configmaps/*',
  capacity: 'none',
  facts: ['fleetSize', 'fleetAffectedPercent', 'inServiceAfter', 'downtimeSeconds', 'gitOpsManaged'],
  repeatable: true,
  stabilizeSeconds: 120,
} satisfies ChangeManifest;
