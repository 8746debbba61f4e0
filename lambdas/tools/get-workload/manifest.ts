import * as z from 'zod';
import type { ObserveManifest } from '../../contracts/tool.ts';
import { BUDGET_READS } from '../kubernetes/budgets.ts';
import { inNamespace, objectName, workloadKind } from '../kubernetes/input.ts';

export const manifest = {
  kind: 'observe',
  provider: 'kubernetes',
  name: 'get_workload',
  description:
    'A Deployment, StatefulSet or DaemonSet: how its rollout stands, resources, images and probes of its template, its revisions and ' +
    'what changed between them, and what rules it: autoscalers (HPA, KEDA), disruption budgets, quotas. Values of environment ' +
    'variables are not shown.',
  input: z.strictObject({
    ...inNamespace,
    kind: workloadKind.describe('Kind of the workload.'),
    name: objectName.describe('Name of the workload, as list_pods says.'),
  }),
  reads: [
    { service: 'apps/v1', command: 'get deployments' },
    { service: 'apps/v1', command: 'get statefulsets' },
    { service: 'apps/v1', command: 'get daemonsets' },
    { service: 'apps/v1', command: 'list replicasets' },
    { service: 'apps/v1', command: 'list controllerrevisions' },
    { service: 'autoscaling/v2', command: 'list horizontalpodautoscalers' },
    { service: 'keda.sh/v1alpha1', command: 'list scaledobjects' },
    ...BUDGET_READS,
    { service: 'v1', command: 'list resourcequotas' },
    { service: 'v1', command: 'list limitranges' },
  ],
} satisfies ObserveManifest;
