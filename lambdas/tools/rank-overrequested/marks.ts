import * as z from 'zod';
import type { Autoscaler } from '../kubernetes/autoscalers.ts';
import { gitOpsOf, helmReleaseOf } from '../kubernetes/changes/source.ts';
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

/** Who writes the workload from elsewhere, and so writes old requests back. */
export const sourceMarks = (metadata: Metadata): readonly string[] => {
  const gitOps = gitOpsOf(metadata);
  if (gitOps !== undefined)
    return [`${gitOps.says} writes it from Git: a cut in the cluster would be refused. Commit it there.`];
  const release = helmReleaseOf(metadata);
  return release === undefined
    ? []
    : [`The next \`helm upgrade\` of ${release} writes the old requests back unless its values are changed too.`];
};
