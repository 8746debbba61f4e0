import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import { usedByClaims } from '../objects/claim-use.ts';
import { objectIn } from '../objects/json.ts';
import { RESOURCES } from '../objects/resources.ts';
import { selects } from '../objects/selectors.ts';
import { countOf, view } from '../objects/views.ts';
import { shownNanos, usedOf } from '../pods/create-pod.ts';
import type { ClusterState } from '../state.ts';
import { isReadyPod } from './owned.ts';

/** Writes the status of each PodDisruptionBudget: how many Pods may be disturbed now. */
export const runBudgets = (state: ClusterState): void => {
  for (const budget of state.store.list(RESOURCES.budgets)) {
    const { metadata, spec } = view.budget(budget);
    const pods = podsUnder(state, budget);
    const expectedPods = expected(state, pods);
    const currentHealthy = pods.filter((pod) => isReadyPod(state, pod)).length;
    const desiredHealthy =
      spec.maxUnavailable === undefined
        ? countOf(spec.minAvailable ?? 1, expectedPods, Math.ceil)
        : Math.max(0, expectedPods - countOf(spec.maxUnavailable, expectedPods, Math.ceil));
    const disruptionsAllowed = expectedPods === 0 ? 0 : Math.max(0, currentHealthy - desiredHealthy);
    const counts = { currentHealthy, desiredHealthy, disruptionsAllowed, expectedPods };
    state.store.set(budget, ['status'], {
      ...objectIn(budget['status']),
      ...counts,
      observedGeneration: metadata.generation,
    });
  }
};

/** The Pods that a budget covers and that are not ending. */
export const podsUnder = (state: ClusterState, budget: JsonObject): JsonObject[] => {
  const { metadata, spec } = view.budget(budget);
  return state.store.list(RESOURCES.pods, metadata.namespace).filter((pod) => {
    const { labels, deletionTimestamp } = view.pod(pod).metadata;
    return deletionTimestamp === undefined && spec.selector !== undefined && selects(spec.selector, labels);
  });
};

/** Pods that the owners want; Pods without an owner count as they are. */
const expected = (state: ClusterState, pods: readonly JsonObject[]): number => {
  const owners = new Set(pods.flatMap((pod) => view.pod(pod).metadata.ownerReferences.map(({ uid }) => uid)));
  const makers = [RESOURCES.replicaSets, RESOURCES.statefulSets].flatMap((resource) => state.store.list(resource));
  const wanted = makers
    .filter((one) => owners.has(view.any(one).metadata.uid))
    .map((one) => view.workload(one).spec.replicas);
  const bare = pods.filter((pod) => view.pod(pod).metadata.ownerReferences.length === 0).length;
  return Math.max(pods.length, wanted.reduce((sum, replicas) => sum + replicas, 0) + bare);
};

/** Writes how much of each ResourceQuota is used. */
export const runQuotas = (state: ClusterState): void => {
  for (const quota of state.store.list(RESOURCES.quotas)) {
    const { metadata, spec } = view.quota(quota);
    const pods = state.store.list(RESOURCES.pods, metadata.namespace).map(view.pod);
    const claims = state.store.list(RESOURCES.claims, metadata.namespace).map(view.claim);
    const used = Object.entries(spec.hard).map(
      ([name, hard]) => [name, shownNanos(usedOf(name, pods) + usedByClaims(name, claims), hard)] as const,
    );
    state.store.set(quota, ['status'], { hard: spec.hard, used: Object.fromEntries(used) });
  }
};
