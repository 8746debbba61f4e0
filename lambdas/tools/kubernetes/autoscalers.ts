import * as z from 'zod';
import { ToolRefusal } from '../../contracts/errors.ts';
import { JsonObject } from '../../contracts/json.ts';
import type { Cloud } from '../../contracts/ports.ts';
import type { ProviderCall } from '../../contracts/tool.ts';
import { isNoSuchApi, listAllObjects, type Place } from './call-cluster.ts';
import type { ObjectKind } from './changes/object.ts';
import { KINDS } from './input.ts';
import { Condition, listOf, Metadata } from './objects.ts';
import type { WorkloadKind } from './workload.ts';

/** The reads that these functions make. */
export const AUTOSCALER_READS = [
  { service: 'autoscaling/v2', command: 'list horizontalpodautoscalers' },
  { service: 'keda.sh/v1alpha1', command: 'list scaledobjects' },
] as const satisfies readonly ProviderCall[];

/** One metric of an autoscaler. Its fields depend on its type. */
export const MetricSpec = z.looseObject({ type: z.string() });

const Autoscaler = z.object({
  metadata: Metadata,
  spec: z.object({
    scaleTargetRef: z.object({ kind: z.string(), name: z.string() }),
    minReplicas: z.int().default(1),
    maxReplicas: z.int(),
    metrics: listOf(MetricSpec),
    behavior: JsonObject.optional(),
  }),
  status: z.object({
    currentReplicas: z.int().default(0),
    desiredReplicas: z.int().default(0),
    currentMetrics: listOf(MetricSpec)
      .nullish()
      .transform((found) => found ?? []),
    conditions: listOf(Condition),
  }),
});
/** A HorizontalPodAutoscaler. */
export type Autoscaler = z.output<typeof Autoscaler>;

/** HorizontalPodAutoscalers, as what changes objects knows them. */
export const AUTOSCALERS: ObjectKind<Autoscaler> = {
  service: 'autoscaling/v2',
  resource: 'horizontalpodautoscalers',
  kind: 'HorizontalPodAutoscaler',
  schema: Autoscaler,
};

const ScaledObject = z.object({
  metadata: Metadata,
  spec: z.object({
    scaleTargetRef: z.object({ kind: z.string().default('Deployment'), name: z.string() }),
    minReplicaCount: z.int().default(0),
    maxReplicaCount: z.int().default(100),
    triggers: listOf(z.object({ type: z.string() })),
  }),
});
/** A ScaledObject of KEDA, which writes a HorizontalPodAutoscaler of its own. */
export type ScaledObject = z.output<typeof ScaledObject>;

/** A workload, by kind and name. */
export interface WorkloadRef extends Place {
  readonly kind: WorkloadKind;
  readonly name: string;
}

interface Scaler {
  readonly spec: { readonly scaleTargetRef: { readonly kind: string; readonly name: string } };
}

/** Whether an autoscaler sets the number of pods of a workload. */
export const rules =
  ({ kind, name }: WorkloadRef) =>
  ({ spec: { scaleTargetRef: target } }: Scaler): boolean =>
    target.kind === KINDS[kind] && target.name === name;

/** The HorizontalPodAutoscalers that set the number of pods of a workload. */
export const autoscalersOf = async (cloud: Cloud, workload: WorkloadRef): Promise<readonly Autoscaler[]> =>
  (await autoscalersIn(cloud, workload)).filter(rules(workload));

/** All of a namespace. */
export const autoscalersIn = (cloud: Cloud, place: Place): Promise<readonly Autoscaler[]> =>
  listAllObjects(cloud, 'autoscaling/v2', 'horizontalpodautoscalers', place, Autoscaler);

/** The ScaledObjects of KEDA that do. None in a cluster without KEDA. */
export const scaledObjectsOf = async (cloud: Cloud, workload: WorkloadRef): Promise<readonly ScaledObject[]> => {
  try {
    const items = await listAllObjects(cloud, 'keda.sh/v1alpha1', 'scaledobjects', workload, ScaledObject);
    return items.filter(rules(workload));
  } catch (error) {
    // Most clusters have no KEDA, and nobody asked for it.
    if (isNoSuchApi(error)) return [];
    throw error;
  }
};

/** Throws where something else sets the number of pods: it would set it back. */
export const assertNotAutoscaled = async (cloud: Cloud, workload: WorkloadRef): Promise<void> => {
  const [autoscalers, scaledObjects] = [await autoscalersOf(cloud, workload), await scaledObjectsOf(cloud, workload)];
  const names = [
    ...scaledObjects.map(({ metadata }) => `KEDA's ScaledObject ${metadata.name}`),
    ...autoscalers.map(({ metadata }) => `the HorizontalPodAutoscaler ${metadata.name}`),
  ];
  if (names.length > 0)
    throw new ToolRefusal(
      `The number of pods of ${workload.name} is set by ${names.join(' and ')}, which would set another one back within seconds: its bounds are for its owner to change.`,
    );
};
