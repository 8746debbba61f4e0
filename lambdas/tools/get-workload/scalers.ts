import * as z from 'zod';
import type { Cloud } from '../../contracts/ports.ts';
import {
  autoscalersOf,
  scaledObjectsOf,
  type Autoscaler,
  type MetricSpec,
  type WorkloadRef,
} from '../kubernetes/autoscalers.ts';
import { amountText } from '../kubernetes/text.ts';

const Target = z.object({
  averageUtilization: z.int().optional(),
  averageValue: z.string().optional(),
  value: z.string().optional(),
});

const ResourceMetric = z.object({ name: z.string(), target: Target.optional(), current: Target.optional() });

/** What is said of the HorizontalPodAutoscalers that set the number of pods of a workload. */
export const autoscalerLines = async (cloud: Cloud, workload: WorkloadRef): Promise<readonly string[]> => {
  const ruling = await autoscalersOf(cloud, workload);
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

/** What is said of the ScaledObjects of KEDA. */
export const kedaLines = async (cloud: Cloud, workload: WorkloadRef): Promise<readonly string[]> =>
  (await scaledObjectsOf(cloud, workload)).map(({ metadata, spec }) => {
    const paused = Object.keys(metadata.annotations).some((one) => one.startsWith('autoscaling.keda.sh/paused'));
    const triggers = spec.triggers.map(({ type }) => type).join(', ');
    return `KEDA's ScaledObject ${metadata.name} sets the number of pods and writes the autoscaler: ${spec.minReplicaCount} to ${spec.maxReplicaCount}, by ${triggers || 'no trigger'}${paused ? '; it is paused' : ''}`;
  });
