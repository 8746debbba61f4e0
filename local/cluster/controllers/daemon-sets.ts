import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import { compact } from '../objects/json.ts';
import { RESOURCES } from '../objects/resources.ts';
import { view } from '../objects/views.ts';
import { createPod, removePod } from '../pods/create-pod.ts';
import type { ClusterState } from '../state.ts';
import { availableOf, isReadyPod, nameSuffix, podsOf } from './owned.ts';
import { ownWorkload } from './replica-sets.ts';
import { controllerRevision } from './revisions.ts';
import { REVISION_HASH } from './stateful-sets.ts';

/** Pods of each DaemonSet: one on each node, and an update of one at a time. */
export const runDaemonSets = (state: ClusterState): void => {
  for (const set of state.store.list(RESOURCES.daemonSets)) runDaemonSet(state, set);
};

/** Brings one DaemonSet a step on. */
export const runDaemonSet = (state: ClusterState, set: JsonObject, settledAt?: number): void => {
  const { metadata } = view.workload(set);
  const revision = controllerRevision(state, set);
  const listed = state.store.list(RESOURCES.nodes).map((node) => view.node(node).metadata.name);
  const nodes = listed.length === 0 ? ['node-1'] : listed;
  const { all, pods } = podsOf(state, set);
  const labels = { [REVISION_HASH]: revision };
  for (const node of nodes.filter((one) => all.every((pod) => view.pod(pod).spec.nodeName !== one))) {
    const name = `${metadata.name}-${nameSuffix(`${metadata.uid}/${node}/${state.store.resourceVersion}`, 5)}`;
    createPod(state, { name, owner: set, workload: ownWorkload(set), labels, node, settledAt });
  }
  const outdated = pods.filter((pod) => view.pod(pod).metadata.labels[REVISION_HASH] !== revision);
  const next = outdated.find((pod) => !isReadyPod(state, pod)) ?? outdated[0];
  const othersReady = all.length === nodes.length && all.every((pod) => pod === next || isReadyPod(state, pod));
  if (next !== undefined && othersReady) removePod(state, next);
  report(state, set, revision, nodes.length);
};

const report = (state: ClusterState, set: JsonObject, revision: string, wanted: number): void => {
  const { metadata, spec } = view.workload(set);
  const { pods, ready } = podsOf(state, set);
  const available = availableOf(state, ready, spec.minReadySeconds);
  const updated = pods.filter((pod) => view.pod(pod).metadata.labels[REVISION_HASH] === revision);
  state.store.set(set, ['status'], {
    currentNumberScheduled: pods.length,
    numberMisscheduled: 0,
    desiredNumberScheduled: wanted,
    numberReady: ready.length,
    observedGeneration: metadata.generation,
    ...compact({
      updatedNumberScheduled: updated.length,
      numberAvailable: available,
      numberUnavailable: wanted - available,
    }),
  });
};
