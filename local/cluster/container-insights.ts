import type { JsonObject } from '../../lambdas/contracts/json.ts';
import { ownedBy } from './controllers/owned.ts';
import { valueAt } from './objects/json.ts';
import { RESOURCES } from './objects/resources.ts';
import { view, type Container } from './objects/views.ts';
import { usageOf, type ContainerUsage } from './pods/metrics.ts';
import { restartsOf, type ContainerRun, type PodRun } from './pods/pod-run.ts';
import { memoryLimit, millicoresLimit } from './pods/usage.ts';
import type { ClusterState } from './state.ts';

/** A metric of Container Insights, as CloudWatch names it. */
interface InsightsKey {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

type Values = Readonly<Record<string, number | undefined>>;

const WORKLOADS = [RESOURCES.deployments, RESOURCES.statefulSets, RESOURCES.daemonSets];

/** What Container Insights has kept of the workloads of a cluster: one value a minute, which follows from their pods. */
export class ContainerInsights {
  readonly #minutes: { readonly at: number; readonly workloads: ReadonlyMap<string, Values> }[] = [];

  /** Keeps the values of a minute. */
  record(state: ClusterState): void {
    const workloads = new Map<string, Values>();
    for (const workload of WORKLOADS.flatMap((resource) => state.store.list(resource))) {
      const { namespace, name } = view.any(workload).metadata;
      workloads.set(`${namespace}/${name}`, valuesOf(state, workload));
    }
    this.#minutes.push({ at: state.now, workloads });
  }

  /** The value at a moment; before the first minute that was kept, the one of that minute. Undefined without data. */
  valueAt({ namespace, name, dimensions }: InsightsKey, cluster: string, at: number): number | undefined {
    const { ClusterName, Namespace = '', PodName = '', ...others } = dimensions;
    if (namespace !== 'ContainerInsights' || ClusterName !== cluster || Object.keys(others).length > 0)
      return undefined;
    const minute = this.#minutes.findLast((one) => one.at <= at) ?? this.#minutes[0];
    return minute?.workloads.get(`${Namespace}/${PodName}`)?.[name];
  }
}

const valuesOf = (state: ClusterState, workload: JsonObject): Values => {
  const runs = podsBelow(state, workload).flatMap((pod) => state.runs.get(view.pod(pod).metadata.uid) ?? []);
  const containers = runs.flatMap((run) => run.containers);
  const counted = (is: (container: ContainerRun) => boolean): number => containers.filter(is).length;
  const unavailable = valueAt(workload, 'status', 'unavailableReplicas');
  return {
    ...(workload['kind'] === 'Deployment' && {
      status_replicas_unavailable: typeof unavailable === 'number' ? unavailable : 0,
    }),
    pod_number_of_container_restarts: containers.reduce((sum, one) => sum + restartsOf(one), 0),
    pod_memory_utilization_over_pod_limit: fullest(state, runs, memoryLimit, ({ bytes }) => bytes),
    pod_cpu_utilization_over_pod_limit: fullest(state, runs, millicoresLimit, ({ millicores }) => millicores),
    pod_container_status_waiting_reason_image_pull_error: counted(({ waiting }) =>
      ['ErrImagePull', 'ImagePullBackOff'].includes(waiting?.reason ?? ''),
    ),
    pod_container_status_waiting_reason_crash_loop_back_off: counted(
      ({ waiting }) => waiting?.reason === 'CrashLoopBackOff',
    ),
  };
};

/** Pods of a workload, also those of the ReplicaSets of a Deployment. */
const podsBelow = (state: ClusterState, workload: JsonObject): JsonObject[] =>
  [workload, ...ownedBy(state, workload, RESOURCES.replicaSets)].flatMap((owner) =>
    ownedBy(state, owner, RESOURCES.pods),
  );

/** What the fullest pod uses as a share of its limits, in %; undefined where no pod has a limit on every container. */
const fullest = (
  state: ClusterState,
  runs: readonly PodRun[],
  limitOf: (container: Container) => number,
  usedOf: (usage: ContainerUsage) => number,
): number | undefined => {
  const shares = runs.flatMap((run) => {
    const limit = run.containers.reduce((sum, { spec }) => sum + limitOf(spec), 0);
    const used = usageOf(state, run).reduce((sum, usage) => sum + usedOf(usage), 0);
    return Number.isFinite(limit) ? [(used / limit) * 100] : [];
  });
  return shares.length === 0 ? undefined : Number(Math.max(...shares).toFixed(2));
};
