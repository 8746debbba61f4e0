import { createHash } from 'node:crypto';
import type { JsonObject } from '../../../contracts/json.ts';
import type { Configuration, Target } from '../../../contracts/plan.ts';
import type { ProviderCall } from '../../../contracts/tool.ts';
import type { ToolContext } from '../../tool.ts';
import { templateOf } from '../template.ts';
import { resourcesText } from '../text.ts';
import { readWorkload, type Workload, type WorkloadKind } from '../workload.ts';
import type { WorkloadPlace } from './edit.ts';
import { progressOf, type Progress } from './progress.ts';
import { TARGET_READS, targetOfObject } from './target.ts';

/** What policies call a Deployment, StatefulSet or DaemonSet. */
export const WORKLOAD = 'kubernetes-workload';

/** The reads that every change of a workload makes. */
export const WORKLOAD_READS = [
  { service: 'apps/v1', command: 'get deployments' },
  { service: 'apps/v1', command: 'get statefulsets' },
  { service: 'apps/v1', command: 'get daemonsets' },
  ...TARGET_READS,
] as const satisfies readonly ProviderCall[];

/** Reads a workload as the target of a change. `fields` reads those that the tool changes. */
export const describeWorkload = async <Fields extends JsonObject>(
  place: WorkloadPlace,
  { cloud }: ToolContext,
  fields: (workload: Workload) => Fields,
): Promise<{ target: Target; state: Fields & Progress }> => {
  const { cluster, namespace, kind, name } = place;
  const workload = await readWorkload(cloud, kind, place);
  const object = { cluster, namespace, kind: WORKLOAD, resource: kind, name };
  return {
    target: await targetOfObject(cloud, object, workload.metadata),
    state: { ...fields(workload), ...progressOf(kind, workload) },
  };
};

/**
 * What must not change under an approved change: the template with all that is in it, how it is rolled out, and who says
 * that they manage it. Not the numbers of pods and restarts, which move by themselves.
 */
export const workloadConfiguration = async (place: WorkloadPlace, { cloud }: ToolContext): Promise<Configuration> => {
  const workload = await readWorkload(cloud, place.kind, place);
  const { metadata, spec } = workload;
  const { containers } = templateOf(workload).spec;
  return {
    images: containers.map(({ name, image }) => `${name}: ${image}`),
    resources: containers.map(({ name, resources }) => `${name}: ${resourcesText(resources)}`),
    // Its values may be secrets, so only their digest is kept.
    template: `sha256:${createHash('sha256').update(JSON.stringify(spec.template)).digest('hex')}`,
    strategy: JSON.stringify(strategyOf(place.kind, workload)),
    paused: spec.paused,
    owners: metadata.ownerReferences.map(({ kind, name }) => `${kind} ${name}`).sort(),
  };
};

const strategyOf = (kind: WorkloadKind, { spec }: Workload): JsonObject =>
  (kind === 'deployments' ? spec.strategy : spec.updateStrategy) ?? {};
