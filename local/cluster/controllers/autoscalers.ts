import { millicoresOf } from '../../../lambdas/tools/kubernetes/quantity.ts';
import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import type { Writer } from '../fields/managers.ts';
import { updatedBy } from '../fields/ownership.ts';
import { objectIn, timeText, withValue } from '../objects/json.ts';
import { RESOURCES } from '../objects/resources.ts';
import { view } from '../objects/views.ts';
import { usageOf } from '../pods/metrics.ts';
import type { ClusterState } from '../state.ts';

const TOLERANCE = 0.1;
/** Owns the number of Pods from then on. */
const CONTROLLER: Writer = { manager: 'kube-controller-manager', operation: 'Update', subresource: 'scale' };
/** A wish for fewer Pods must hold so long. */
const STABLE_MS = 300_000;

/** Scales the target of each HorizontalPodAutoscaler by the CPU that its Pods use, as a share of what they request. */
export class Autoscalers {
  readonly #wishes = new Map<string, { readonly at: number; readonly replicas: number }[]>();

  run(state: ClusterState): void {
    for (const autoscaler of state.store.list(RESOURCES.autoscalers)) this.#scale(state, autoscaler);
  }

  #scale(state: ClusterState, autoscaler: JsonObject): void {
    const { metadata, spec } = view.autoscaler(autoscaler);
    const kinds = [RESOURCES.deployments, RESOURCES.statefulSets];
    const kind = kinds.find((one) => one.kind === spec.scaleTargetRef.kind);
    const target = kind && state.store.get(kind, metadata.namespace, spec.scaleTargetRef.name);
    if (kind === undefined || target === undefined) return;
    const current = view.workload(target).spec.replicas;
    const metric = spec.metrics.find(({ resource }) => resource?.name === 'cpu')?.resource?.target.averageUtilization;
    const used = utilization(state, `${metadata.namespace}/${kind.resource}/${spec.scaleTargetRef.name}`);
    const wish = metric === undefined || used === undefined ? current : wishOf(current, used.percent / metric);
    const bounded = Math.min(spec.maxReplicas, Math.max(spec.minReplicas, wish));
    const desired = current === 0 ? 0 : this.#stable(metadata.uid, current, bounded, state.now);
    if (desired !== current) {
      const wanted = withValue(target, ['spec', 'replicas'], desired);
      state.store.replace(target, updatedBy(CONTROLLER, target, wanted, state.now));
      const message = `New size: ${desired}; reason: cpu resource utilization (percentage of request) ${desired > current ? 'above' : 'below'} target`;
      const what = {
        type: 'Normal',
        reason: 'SuccessfulRescale',
        message,
        component: 'horizontal-pod-autoscaler',
      } as const;
      state.recorder.record(autoscaler, what, state.now);
    }
    report(state, autoscaler, current, desired, used);
  }

  #stable(uid: string, current: number, wish: number, now: number): number {
    const recent = [...(this.#wishes.get(uid) ?? [{ at: now, replicas: current }]), { at: now, replicas: wish }].filter(
      ({ at }) => at > now - STABLE_MS,
    );
    this.#wishes.set(uid, recent);
    return wish >= current ? wish : Math.min(current, Math.max(...recent.map(({ replicas }) => replicas)));
  }
}

const wishOf = (current: number, ratio: number): number =>
  Math.abs(ratio - 1) <= TOLERANCE ? current : Math.max(1, Math.ceil(current * ratio));

interface Used {
  readonly percent: number;
  readonly millicores: number;
}

/** What the Pods of a workload use, as a share of their requests; undefined without requests or Pods. */
const utilization = (state: ClusterState, workload: string): Used | undefined => {
  const pods = state.store.list(RESOURCES.pods).flatMap((pod) => {
    const run = state.runs.get(view.pod(pod).metadata.uid);
    return run?.workload === workload &&
      run.goneAt === undefined &&
      run.containers.every(({ waiting }) => waiting === undefined)
      ? [{ run, pod: view.pod(pod) }]
      : [];
  });
  const requested = pods.flatMap(({ pod }) => pod.spec.containers.map(({ resources }) => resources.requests['cpu']));
  const sum = requested.reduce((all, text) => all + (text === undefined ? 0 : millicoresOf(text)), 0);
  if (sum === 0 || requested.includes(undefined)) return undefined;
  const used = pods.flatMap(({ run }) => usageOf(state, run)).reduce((all, { millicores }) => all + millicores, 0);
  return { percent: Math.round((used / sum) * 100), millicores: Math.round(used / pods.length) };
};

const report = (
  state: ClusterState,
  autoscaler: JsonObject,
  current: number,
  desired: number,
  used: Used | undefined,
): void => {
  const before = objectIn(autoscaler['status']);
  const averages = { averageUtilization: used?.percent ?? 0, averageValue: `${used?.millicores ?? 0}m` };
  const scaledAt = desired === current ? before['lastScaleTime'] : timeText(state.now);
  state.store.set(autoscaler, ['status'], {
    currentReplicas: current,
    desiredReplicas: desired,
    ...(scaledAt !== undefined && { lastScaleTime: scaledAt }),
    currentMetrics: used === undefined ? null : [{ type: 'Resource', resource: { name: 'cpu', current: averages } }],
  });
};
