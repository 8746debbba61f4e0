import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import { compact, objectIn } from '../objects/json.ts';
import { RESOURCES } from '../objects/resources.ts';
import { view } from '../objects/views.ts';
import { createPod, removePod } from '../pods/create-pod.ts';
import type { ClusterState } from '../state.ts';
import { availableOf, isReadyPod, podsOf } from './owned.ts';
import { ownWorkload } from './replica-sets.ts';
import { controllerRevision } from './revisions.ts';

/** The label in which Pods have the revision of their template. */
export const REVISION_HASH = 'controller-revision-hash';

/** Pods of each StatefulSet: one after the other, and an update from the last to the first. */
export const runStatefulSets = (state: ClusterState): void => {
  for (const set of state.store.list(RESOURCES.statefulSets)) runStatefulSet(state, set);
};

const ordinalOf = (pod: JsonObject): number => Number(/\d+$/.exec(view.pod(pod).metadata.name)?.[0] ?? 0);

/** Brings one StatefulSet a step on. */
export const runStatefulSet = (state: ClusterState, set: JsonObject, settledAt?: number): void => {
  const { metadata, spec } = view.workload(set);
  const revision = controllerRevision(state, set);
  const { all } = podsOf(state, set);
  const byOrdinal = all.toSorted((one, other) => ordinalOf(one) - ordinalOf(other));
  const isWhole = byOrdinal.every((pod) => isReadyPod(state, pod));
  const missing = Array.from({ length: spec.replicas }, (_, n) => n).filter((n) =>
    all.every((pod) => ordinalOf(pod) !== n),
  );
  const surplus = byOrdinal.findLast((pod) => ordinalOf(pod) >= spec.replicas);
  const outdated = byOrdinal.findLast((pod) => view.pod(pod).metadata.labels[REVISION_HASH] !== revision);
  const fresh = settledAt !== undefined || isWhole ? missing.slice(0, settledAt === undefined ? 1 : undefined) : [];
  for (const n of fresh) {
    const name = `${metadata.name}-${n}`;
    const labels = {
      [REVISION_HASH]: revision,
      'statefulset.kubernetes.io/pod-name': name,
      'apps.kubernetes.io/pod-index': String(n),
    };
    createPod(state, { name, owner: set, workload: ownWorkload(set), labels, settledAt });
  }
  if (missing.length === 0 && surplus !== undefined && isWhole) removePod(state, surplus);
  // An update waits for the others, but a Pod that is outdated and broken itself does not hold it up.
  const othersReady = byOrdinal.every((pod) => pod === outdated || isReadyPod(state, pod));
  const updates = spec.updateStrategy.type === 'RollingUpdate' && missing.length === 0 && surplus === undefined;
  if (updates && outdated !== undefined && othersReady) removePod(state, outdated);
  report(state, set, revision);
};

const report = (state: ClusterState, set: JsonObject, revision: string): void => {
  const { metadata, spec } = view.workload(set);
  const { pods, ready } = podsOf(state, set);
  const updated = pods.filter((pod) => view.pod(pod).metadata.labels[REVISION_HASH] === revision);
  const before = objectIn(set['status'])['currentRevision'];
  const isDone = updated.length === spec.replicas && ready.length === spec.replicas;
  const currentRevision = isDone || before === undefined ? revision : before;
  state.store.set(set, ['status'], {
    observedGeneration: metadata.generation,
    replicas: pods.length,
    ...compact({
      readyReplicas: ready.length,
      currentReplicas: isDone ? pods.length : pods.length - updated.length,
      updatedReplicas: updated.length,
    }),
    availableReplicas: availableOf(state, ready, spec.minReadySeconds),
    currentRevision,
    updateRevision: revision,
    collisionCount: 0,
  });
};
