import { RESOURCES } from '../objects/resources.ts';
import { view } from '../objects/views.ts';
import type { ClusterState } from '../state.ts';
import type { PodRun } from './pod-run.ts';

/** What one container uses. */
export interface ContainerUsage {
  readonly name: string;
  readonly millicores: number;
  readonly bytes: number;
}

/** What the running containers of a Pod use now. The CPU of a workload is spread over all Pods that run. */
export const usageOf = (state: ClusterState, run: PodRun): ContainerUsage[] => {
  const { now, usages } = state;
  return run.containers.flatMap((container) => {
    if (container.waiting !== undefined || container.runs.length === 0) return [];
    const running = state.store.list(RESOURCES.pods).filter((pod) => {
      const other = state.runs.get(view.pod(pod).metadata.uid);
      const same = other?.containers.find(({ spec }) => spec.name === container.spec.name);
      return other?.workload === run.workload && same?.waiting === undefined;
    }).length;
    const millicores = usages.millicoresUsed(container, now, running);
    return [{ name: container.spec.name, millicores, bytes: usages.memoryUsed(container, now) }];
  });
};
