import * as z from 'zod';
import { NodePrice } from '../../../lambdas/contracts/clusters.ts';
import { JsonObject } from '../../../lambdas/contracts/json.ts';
import { BOUNDS } from '../../account/world/bounds.ts';
import { Offset, TimeSeries } from '../../account/world/time.ts';
import { timedJson } from '../../account/world/timed-json.ts';
import { clusterProblems } from './check.ts';
import { ClusterFault } from './faults.ts';
import { ObjectName } from './object-name.ts';

const Seconds = z.number().nonnegative().max(BOUNDS.delaySeconds);

const Usage = z.strictObject({
  of: ObjectName.describe('The workload whose pods use it.'),
  container: z.string().optional().describe('Default: the first container.'),
  memoryMiB: TimeSeries.default(16).describe(
    'What each pod needs once it has warmed up. Above the limit, it is killed.',
  ),
  leakMiBPerHour: z.number().nonnegative().max(BOUNDS.memoryGiB).default(0).describe('Added since its start.'),
  cpuCores: TimeSeries.default(0.001).describe('Of all pods together, spread over those that run.'),
  warmUpSeconds: Seconds.default(60).describe('From a start until the memory is in use: it begins at 30 %.'),
});
export type Usage = z.infer<typeof Usage>;

/** How containers of an image behave. Of other images: pulled, ready after five seconds, and never exiting. */
const Image = z
  .strictObject({
    pull: z.literal('fails').optional().describe('The registry does not have it.'),
    exits: z
      .strictObject({ code: z.int().min(0).max(255), afterSeconds: Seconds.default(3) })
      .optional()
      .describe('The process ends, each time so long after its start.'),
    readyAfterSeconds: z.union([Seconds, z.literal('never')]).default(5),
    unreadyWhile: z
      .strictObject({ configMap: ObjectName, key: z.string().min(1), value: z.string() })
      .optional()
      .describe(
        'Its readiness probe fails while a key, which it reads from a volume, has this value: it looks each minute.',
      ),
  })
  .describe('How containers of this image behave.');
export type Image = z.infer<typeof Image>;

const LogLine = z
  .strictObject({
    at: Offset.optional().describe('At this time, if the container runs then …'),
    every: z
      .string()
      .regex(/^0*[1-9]\d*[smh]$/, 'a duration such as 20s')
      .optional()
      .describe('… repeated at this interval …'),
    until: Offset.default('+6h').describe('… up to this moment.'),
    afterStartSeconds: Seconds.optional().describe('So long after each start of the container.'),
    on: z.enum(['oom', 'exit']).optional().describe('When it is killed for its memory, or when its process ends.'),
    image: z.string().optional().describe('Only containers of this image.'),
    message: z.string(),
  })
  .refine((line) => [line.at, line.afterStartSeconds, line.on].filter((when) => when !== undefined).length === 1, {
    error: 'exactly one of at, afterStartSeconds, on',
  });
export type LogLine = z.infer<typeof LogLine>;

const Log = z.strictObject({
  of: ObjectName.describe('The workload whose pods write it.'),
  container: z.string().optional().describe('Default: the first container.'),
  lines: z.array(LogLine).max(BOUNDS.lines),
});

/** Who wrote fields of an object before the incident. */
const Writer = z.strictObject({
  of: ObjectName,
  manager: z.string().min(1).describe('As in managedFields, e.g. helm, kubectl-edit, argocd-controller.'),
  operation: z.enum(['Apply', 'Update']).default('Apply'),
  at: Offset.default('-3d'),
  fields: z
    .array(z.string().startsWith('.', 'a path such as .spec.replicas'))
    .min(1)
    .optional()
    .describe('Fields such as .spec.replicas, with all below them; default: all that no other writer of the list has.'),
});

/** A change that somebody else makes at a time. */
const Change = z.strictObject({
  at: Offset.describe('At most two hours before now.'),
  of: ObjectName,
  manager: z.string().min(1).default('kubectl-edit'),
  merge: JsonObject.describe('A strategic merge patch: lists of named things are merged item by item.'),
});

/** How the volume of a claim grows. That of any other claim: after thirty seconds. */
const Volume = z.strictObject({
  of: ObjectName.describe('A PersistentVolumeClaim.'),
  growsAfterSeconds: Seconds.default(30).describe('From a larger request until the volume has grown.'),
  fileSystem: z
    .enum(['grows', 'after-restart'])
    .default('grows')
    .describe('after-restart: only once a pod that mounts it has been made anew.'),
  fails: z.string().min(1).optional().describe('The driver cannot grow it, and says this.'),
});
export type Volume = z.infer<typeof Volume>;

const GivenEvent = z.strictObject({
  at: Offset,
  of: ObjectName,
  type: z.enum(['Normal', 'Warning']).default('Normal'),
  reason: z.string().min(1),
  message: z.string(),
  count: z.int().positive().max(BOUNDS.calls).default(1),
  component: z.string().default('kubelet'),
});

/** A Kubernetes cluster at the start of the incident, and what will happen in it. */
export const ClusterWorld = z
  .strictObject({
    name: z.string().regex(/^[A-Za-z0-9][\w-]{0,99}$/, 'a name of a cluster such as shop-production'),
    objects: z.array(timedJson(BOUNDS.answerBytes)).max(BOUNDS.listed).describe('Ordinary manifests.'),
    created: Offset.default('-30d').describe('When the objects were created, if they do not say.'),
    podsStarted: Offset.default('-3d').describe('When the pods of workloads started.'),
    usage: z.array(Usage).max(BOUNDS.listed).default([]),
    usageSource: z
      .enum(['prometheus', 'none'])
      .default('prometheus')
      .describe('Whether the settings name a source of usage over time. It has what `usage` says, also before now.'),
    usageSince: Offset.default('-14d').describe('When the source of usage over time began to keep it.'),
    nodePrice: NodePrice.optional().describe('What a node costs, by the settings. Default: they do not say.'),
    images: z.record(z.string(), Image).default({}),
    logs: z.array(Log).max(BOUNDS.listed).default([]),
    writers: z.array(Writer).max(BOUNDS.listed).default([]),
    changes: z.array(Change).max(BOUNDS.listed).default([]),
    nodeDown: z
      .strictObject({
        node: z.string().min(1).describe('The name of an object of kind Node.'),
        at: Offset.describe('At most two hours before now.'),
      })
      .optional()
      .describe('A node that goes away and does not come back.'),
    diskFull: z
      .strictObject({
        node: z.string().min(1).describe('The name of an object of kind Node.'),
        at: Offset.describe('At most two hours before now.'),
      })
      .optional()
      .describe('A node whose disk is full: the kubelet evicts pods that start there from then on, a minute later.'),
    volumes: z.array(Volume).max(BOUNDS.listed).default([]),
    events: z.array(GivenEvent).max(BOUNDS.listed).default([]),
    faults: z.array(ClusterFault).max(BOUNDS.listed).default([]),
    admissionPolicy: z
      .boolean()
      .default(true)
      .describe('Whether the policy that confines changes is bound. Without it, no change gets a session.'),
  })
  .superRefine((cluster, context) => {
    for (const { path, message } of clusterProblems(cluster))
      context.addIssue({ code: 'custom', path: [...path], message });
  })
  .describe('A Kubernetes cluster in the account.');
export type ClusterWorld = z.infer<typeof ClusterWorld>;
