import * as z from 'zod';
import type { Autoscaler } from '../kubernetes/autoscalers.ts';
import type { Metadata } from '../kubernetes/objects.ts';

const Utilised = z.object({ name: z.string(), target: z.object({ averageUtilization: z.int() }) });

/** What an autoscaler makes of fewer requests, where it counts in shares of them. */
export const autoscalerMarks = ({ metadata, spec }: Autoscaler): readonly string[] => {
  const held = spec.metrics.flatMap((metric) => {
    const found = Utilised.safeParse(metric['resource'] ?? metric['containerResource']).data;
    return found === undefined ? [] : [`${found.name} at ${found.target.averageUtilization} %`];
  });
  if (held.length === 0) return [];
  return [
    `The HorizontalPodAutoscaler ${metadata.name} holds ${held.join(' and ')} of the requests: with fewer of them it adds pods (bounds ${spec.minReplicas} to ${spec.maxReplicas}).`,
  ];
};

/** Who writes the workload from elsewhere. */
export const sourceMarks = (_metadata: Metadata): readonly string[] => [];
