import * as z from 'zod';
import { KUBERNETES } from '../../contracts/clusters.ts';
import type { ChangeManifest } from '../../contracts/tool.ts';
import { inNamespace, objectName } from '../kubernetes/input.ts';

export const manifest = {
  kind: 'change',
  provider: KUBERNETES,
  name: 'set_node_schedulable',
  heading: 'Cordon or uncordon',
  description:
    'Keeps new pods off a node (cordon), or lets them on again (uncordon). Pods that run there go on: there is no drain, since many ' +
    'evictions are not one change; restart_pod moves a single pod off a cordoned node. For a node on which pods fail that run elsewhere.',
  input: z.strictObject({
    ...inNamespace,
    namespace: inNamespace.namespace.describe(
      'Name of the namespace of the incident: its pods on the node, and those without room, are looked at. The node is in none.',
    ),
    node: objectName.describe('Name of the node, as list_pods says.'),
    schedulable: z.boolean().describe('false: no new pod is put on it (cordon). true: it takes pods again (uncordon).'),
    why: z.string().min(10).max(500).describe('Why this helps, naming the evidence. The approver reads it.'),
  }),
  reads: [
    { service: 'v1', command: 'get nodes' },
    { service: 'v1', command: 'list nodes' },
    { service: 'v1', command: 'list pods' },
  ],
  changes: [{ service: 'v1', command: 'patch nodes', fields: ['spec.unschedulable'] }],
  onNodes: true,
  targetKind: 'kubernetes-node',
  targetRef: 'k8s://*/-/nodes/*',
  capacity: 'none',
  facts: ['fleetSize', 'fleetAffectedPercent', 'inServiceAfter', 'downtimeSeconds'],
  repeatable: true,
  stabilizeSeconds: 120,
} satisfies ChangeManifest;
