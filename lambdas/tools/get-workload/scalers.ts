import * as z from 'zod';
import type { Cloud } from '../../contracts/ports.ts';
import { isNoSuchApi, listObjects, type Place } from '../kubernetes/call-cluster.ts';
import { Condition, listOf, Metadata } from '../kubernetes/objects.ts';
import { amountText } from '../kubernetes/text.ts';

type Named = Place & { readonly name: string };

const Target = z.object({
  averageUtilization: z.int().optional(),
  averageValue: z.string().optional(),
  value: z.string().optional(),
});
const MetricSpec = z.looseObject({ type: z.string() });

const ResourceMetric = z.object({ name: z.string(), target: Target.optional(), current: Target.optional() });

const Autoscaler = z.object({
  metadata: Metadata,
  spec: z.object({
    scaleTargetRef: z.object({ kind: z.string(), name: z.string() }),
    minReplicas: z.int().default(1),
    maxReplicas: z.int(),
    metrics: listOf(MetricSpec),
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
type Autoscaler = z.output<typeof Autoscaler>;

/** The HorizontalPodAutoscalers that set the number of pods of a workload. */
export const autoscalerLines = async (cloud: Cloud, { name, ...place }: Named, kind: string) => {
  const { items } = await listObjects(cloud, 'autoscaling/v2', 'horizontalpodautoscalers', place, Autoscaler);
  const ruling = items.filter(({ spec: { scaleTargetRef: target } }) => target.kind === kind && target.name === name);
  if (ruling.length === 0) return ['Autoscalers: no HorizontalPodAutoscaler sets its number of pods.'];
  return ruling.map(autoscalerText);
};

const autoscalerText = ({ metadata, spec, status }: Autoscaler): string => {
  const wanted = spec.metrics.map((one) => metricText(one, 'target')).join(', ');
  const found = status.currentMetrics.map((one) => metricText(one, 'current')).join(', ');
  const troubles = status.conditions.filter(
    ({ type, status: is }) =>
      (type === 'ScalingLimited' && is === 'True') || (type !== 'ScalingLimited' && is === 'False'),
  );
  return [
    `HorizontalPodAutoscaler ${metadata.name} sets the number of pods: ${spec.minReplicas} to ${spec.maxReplicas}, now ${status.currentReplicas}, wanted ${status.desiredReplicas}`,
    `target ${wanted === '' ? 'none' : wanted}`,
    `now ${found === '' ? 'not known' : found}. Utilization is a share of the requests`,
    ...troubles.map(({ type, reason, message }) => `${type}: ${reason}: ${message}`),
  ].join('; ');
};

const metricText = (metric: z.output<typeof MetricSpec>, part: 'target' | 'current'): string => {
  const resource = ResourceMetric.safeParse(metric['resource'] ?? metric['containerResource']);
  if (!resource.success) return `a metric of type ${metric.type}`;
  const { name, [part]: value } = resource.data;
  if (value?.averageUtilization !== undefined) return `${name} ${value.averageUtilization} %`;
  const quantity = value?.averageValue ?? value?.value;
  return quantity === undefined ? name : `${name} ${amountText(name, quantity)} a pod`;
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

/** The ScaledObjects of KEDA, which write a HorizontalPodAutoscaler of their own. */
export const kedaLines = async (cloud: Cloud, { name, ...place }: Named, kind: string): Promise<readonly string[]> => {
  try {
    const { items } = await listObjects(cloud, 'keda.sh/v1alpha1', 'scaledobjects', place, ScaledObject);
    return items
      .filter(({ spec: { scaleTargetRef: target } }) => target.kind === kind && target.name === name)
      .map(({ metadata, spec }) => {
        const paused = Object.keys(metadata.annotations).some((one) => one.startsWith('autoscaling.keda.sh/paused'));
        const triggers = spec.triggers.map(({ type }) => type).join(', ');
        return `KEDA's ScaledObject ${metadata.name} sets the number of pods and writes the autoscaler: ${spec.minReplicaCount} to ${spec.maxReplicaCount}, by ${triggers || 'no trigger'}${paused ? '; it is paused' : ''}`;
      });
  } catch (error) {
    // Most clusters have no KEDA, and nobody asked for it.
    if (isNoSuchApi(error)) return [];
    throw error;
  }
};
