import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import { withValue } from '../objects/json.ts';
import { RESOURCES } from '../objects/resources.ts';
import { countOf, view, type Workload } from '../objects/views.ts';
import type { ClusterState } from '../state.ts';
import { availableOf, ownedBy, podsOf } from './owned.ts';
import { reportDeployment } from './deployment-status.ts';
import { newestSet, REVISION, revisionOf } from './revisions.ts';

/** Rolls each Deployment out: a ReplicaSet per template, Pods moved from the old ones to the new. */
export const runDeployments = (state: ClusterState): void => {
  for (const deployment of state.store.list(RESOURCES.deployments)) runDeployment(state, deployment);
};

const runDeployment = (state: ClusterState, deployment: JsonObject): void => {
  const sets = ownedBy(state, deployment, RESOURCES.replicaSets);
  const workload = view.workload(deployment);
  if (workload.spec.paused) {
    // Nothing rolls out; the newest ReplicaSet follows the number of Pods.
    const newest = sets.toSorted((one, other) => revisionOf(other) - revisionOf(one))[0];
    if (newest !== undefined && sets.every((set) => set === newest || replicasOf(set) === 0))
      scale(state, deployment, newest, workload.spec.replicas);
    reportDeployment(state, deployment, newest);
    return;
  }
  const newest = newestSet(state, deployment, sets);
  const old = sets.filter((set) => view.any(set).metadata.uid !== view.any(newest).metadata.uid);
  annotate(state, deployment, newest);
  if (workload.spec.strategy.type === 'Recreate') recreate(state, deployment, newest, old);
  else roll(state, deployment, newest, old);
  forget(state, workload, old);
  reportDeployment(state, deployment, newest);
};

const replicasOf = (set: JsonObject): number => view.workload(set).spec.replicas;

const annotate = ({ store }: ClusterState, deployment: JsonObject, newest: JsonObject): void => {
  const now = store.current(deployment) ?? deployment;
  const annotations = { ...view.any(now).metadata.annotations, [REVISION]: String(revisionOf(newest)) };
  // Its controller writes them with the status.
  store.replace(now, withValue(now, ['metadata', 'annotations'], annotations), true);
};

const scale = (state: ClusterState, deployment: JsonObject, set: JsonObject, replicas: number): void => {
  const before = replicasOf(set);
  if (before === replicas) return;
  state.store.set(set, ['spec', 'replicas'], replicas);
  const { name } = view.any(set).metadata;
  const message = `Scaled ${before < replicas ? 'up' : 'down'} replica set ${name} from ${before} to ${replicas}`;
  const what = { type: 'Normal', reason: 'ScalingReplicaSet', message, component: 'deployment-controller' } as const;
  state.recorder.record(deployment, what, state.now);
};

const recreate = (
  state: ClusterState,
  deployment: JsonObject,
  newest: JsonObject,
  old: readonly JsonObject[],
): void => {
  for (const set of old) scale(state, deployment, set, 0);
  const isGone = old.every((set) => podsOf(state, set).all.length === 0);
  if (isGone) scale(state, deployment, newest, view.workload(deployment).spec.replicas);
};

/** As in Kubernetes: up to maxSurge more Pods than wanted, and at most maxUnavailable fewer available ones. */
const roll = (state: ClusterState, deployment: JsonObject, newest: JsonObject, old: readonly JsonObject[]): void => {
  const { replicas, strategy, minReadySeconds } = view.workload(deployment).spec;
  const surge = countOf(strategy.rollingUpdate.maxSurge, replicas, Math.ceil);
  const unavailable = countOf(strategy.rollingUpdate.maxUnavailable, replicas, Math.floor);
  const [maxSurge, maxUnavailable] = surge === 0 && unavailable === 0 ? [0, 1] : [surge, unavailable];
  const total = [newest, ...old].reduce((sum, set) => sum + replicasOf(set), 0);
  const before = replicasOf(newest);
  const room = Math.max(0, replicas + (old.every((set) => replicasOf(set) === 0) ? 0 : maxSurge) - total);
  const wanted = before > replicas ? replicas : Math.min(replicas, before + room);
  scale(state, deployment, newest, wanted);
  const available = (set: JsonObject): number => availableOf(state, podsOf(state, set).ready, minReadySeconds);
  const newUnavailable = wanted - Math.min(wanted, available(newest));
  let removable = total - before + wanted - (replicas - maxUnavailable) - newUnavailable;
  if (removable <= 0) return;
  // Old Pods that are not available help nobody, so they go first.
  for (const set of old) {
    const broken = Math.min(Math.max(0, removable), replicasOf(set) - Math.min(replicasOf(set), available(set)));
    scale(state, deployment, set, replicasOf(set) - broken);
    removable -= broken;
  }
  let spare = available(newest) + old.reduce((sum, set) => sum + available(set), 0) - (replicas - maxUnavailable);
  for (const outdated of old) {
    const set = state.store.current(outdated) ?? outdated;
    const down = Math.min(Math.max(0, spare), replicasOf(set));
    scale(state, deployment, set, replicasOf(set) - down);
    spare -= down;
  }
};

/** Deletes the oldest ReplicaSets beyond the history limit. */
const forget = (state: ClusterState, { spec }: Workload, old: readonly JsonObject[]): void => {
  const idle = old
    .map((set) => state.store.current(set) ?? set)
    .filter((set) => replicasOf(set) === 0 && podsOf(state, set).all.length === 0)
    .toSorted((one, other) => revisionOf(other) - revisionOf(one));
  for (const set of idle.slice(spec.revisionHistoryLimit)) state.store.delete(set);
};
