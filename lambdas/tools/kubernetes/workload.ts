import * as z from 'zod';
import { JsonObject } from '../../contracts/json.ts';
import type { Cloud } from '../../contracts/ports.ts';
import { callCluster, type Place } from './call-cluster.ts';
import type { ObjectKind } from './changes/object.ts';
import { KINDS, type workloadKind } from './input.ts';
import { Condition, listOf, Metadata } from './objects.ts';
import { LabelSelector } from './selector.ts';

const count = z.int().default(0);

/** A Deployment, StatefulSet or DaemonSet: each has some of these fields. */
export const Workload = z.object({
  metadata: Metadata,
  spec: z.object({
    replicas: z.int().optional(),
    paused: z.boolean().default(false),
    revisionHistoryLimit: z.int().default(10),
    strategy: JsonObject.optional(),
    updateStrategy: JsonObject.optional(),
    selector: LabelSelector.optional(),
    template: JsonObject,
  }),
  status: z.object({
    observedGeneration: count,
    // Of Deployments and StatefulSets.
    replicas: count,
    updatedReplicas: count,
    readyReplicas: count,
    availableReplicas: count,
    currentRevision: z.string().optional(),
    updateRevision: z.string().optional(),
    // Of DaemonSets.
    desiredNumberScheduled: count,
    updatedNumberScheduled: count,
    numberReady: count,
    numberAvailable: count,
    conditions: listOf(Condition),
  }),
});
export type Workload = z.output<typeof Workload>;

/** The kind of a workload, as the API has it. */
export type WorkloadKind = z.output<typeof workloadKind>;

/** A kind of workload, as what changes objects knows it. */
export const workloadKindOf = (resource: WorkloadKind): ObjectKind<Workload> => ({
  service: 'apps/v1',
  resource,
  kind: KINDS[resource],
  schema: Workload,
});

/** Reads one workload. */
export const readWorkload = (
  cloud: Cloud,
  kind: WorkloadKind,
  { cluster, namespace, name }: Place & { readonly name: string },
): Promise<Workload> =>
  callCluster(cloud, { service: 'apps/v1', command: `get ${kind}`, input: { cluster, namespace, name } }, Workload);
