import * as z from 'zod';
import { KUBERNETES } from '../../contracts/clusters.ts';
import type { ChangeManifest } from '../../contracts/tool.ts';
import { WORKLOAD, WORKLOAD_READS } from '../kubernetes/changes/describe.ts';
import { templatePatches } from '../kubernetes/changes/template-patches.ts';
import { PEAK_READS } from '../kubernetes/changes/measured-peak.ts';
import { QUOTA_READS } from '../kubernetes/changes/quota.ts';
import { inNamespace, objectName, workloadKind } from '../kubernetes/input.ts';
import { LIMIT_RANGE_READS } from '../kubernetes/limit-ranges.ts';
import { PRICE_READS } from '../kubernetes/request-prices.ts';

const amount = (what: string) =>
  z
    .string()
    .min(1)
    .max(60)
    .nullable()
    .exactOptional()
    .describe(`${what} Left out, it stays as it is. null takes it away, which only an undo may.`);

const container = 'spec.template.spec.containers[*].resources';
const fields = [`${container}.requests.cpu`, `${container}.requests.memory`, `${container}.limits.memory`];

export const manifest = {
  kind: 'change',
  provider: KUBERNETES,
  name: 'set_resources',
  heading: 'Set resources of',
  description:
    'Sets the requests and the memory limit of one container of a Deployment, StatefulSet or DaemonSet in its template, and so replaces ' +
    'all of its pods. A resize of running pods would be lost at the next rollout. It sets no CPU limit: what such a limit does is throttle.',
  input: z.strictObject({
    ...inNamespace,
    kind: workloadKind.describe('Kind of the workload.'),
    name: objectName.describe('Name of the workload.'),
    container: z
      .string()
      .min(1)
      .max(63)
      .describe('Name of a container of its template, exactly; not an init container.'),
    requests: z
      .strictObject({
        cpu: amount('CPU that the scheduler reserves for the container, e.g. 250m for a quarter of a core.'),
        memory: amount('Memory that the scheduler reserves for it, e.g. 512Mi.'),
      })
      .describe('What the scheduler reserves for the container; {} leaves it as it is.'),
    limits: z
      .strictObject({ memory: amount('Memory above which the container is killed, e.g. 768Mi.') })
      .describe('The most that the container may use; {} leaves it as it is.'),
    why: z.string().min(10).max(500).describe('Why these amounts help, naming the evidence. The approver reads it.'),
  }),
  reads: [
    ...WORKLOAD_READS,
    ...QUOTA_READS,
    ...PEAK_READS,
    ...PRICE_READS,
    ...LIMIT_RANGE_READS,
    { service: 'autoscaling/v2', command: 'list horizontalpodautoscalers' },
    { service: 'v1', command: 'list pods' },
  ],
  changes: templatePatches(...fields),
  targetKind: WORKLOAD,
  targetRef: 'k8s://*/*/*/*',
  facts: [
    'cutPercent',
    'growPercent',
    'peakUsePercentAfter',
    'cpuCutPercent',
    'memoryCutPercent',
    'cpuMillicoresAfter',
    'memoryMiBAfter',
    'qosChanges',
    'fleetSize',
    'fleetAffectedPercent',
    'inServiceAfter',
    'downtimeSeconds',
    'quotaUsePercentAfter',
    'gitOpsManaged',
  ],
  repeatable: true,
  stabilizeSeconds: 300,
} satisfies ChangeManifest;
