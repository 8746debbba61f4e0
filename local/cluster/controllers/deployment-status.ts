import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import { compact, isSame, listIn, objectIn, textIn, timeText } from '../objects/json.ts';
import { RESOURCES } from '../objects/resources.ts';
import { countOf, view } from '../objects/views.ts';
import type { ClusterState } from '../state.ts';
import { availableOf, ownedBy, podsOf } from './owned.ts';

/** Writes the status of a Deployment: the counts, and the conditions by which a rollout is judged. */
export const reportDeployment = (state: ClusterState, before: JsonObject, newest: JsonObject | undefined): void => {
  const deployment = state.store.current(before) ?? before;
  const { metadata, spec } = view.workload(deployment);
  const sets = ownedBy(state, deployment, RESOURCES.replicaSets);
  const all = sets.map((set) => podsOf(state, set));
  const ready = all.flatMap((one) => one.ready);
  const current = newest === undefined ? undefined : podsOf(state, newest);
  const counts = {
    replicas: all.reduce((sum, { pods }) => sum + pods.length, 0),
    updatedReplicas: current?.pods.length ?? 0,
    readyReplicas: ready.length,
    availableReplicas: availableOf(state, ready, spec.minReadySeconds),
  };
  const unavailableReplicas = Math.max(0, Math.max(spec.replicas, counts.replicas) - counts.availableReplicas);
  const failure = sets.flatMap((set) => listIn(objectIn(set['status'])['conditions'])).at(0);
  state.store.set(deployment, ['status'], {
    observedGeneration: metadata.generation,
    ...compact({ ...counts, unavailableReplicas }),
    conditions: [
      available(state, deployment, counts.availableReplicas),
      ...(spec.paused ? [paused(state, deployment)] : [progressing(state, deployment, newest, counts)]),
      ...(failure === undefined ? [] : [ofReplicaSet(objectIn(failure))]),
    ],
  });
};

const ofReplicaSet = (failure: JsonObject): JsonObject => ({
  ...failure,
  lastUpdateTime: failure['lastTransitionTime'] ?? '',
});

interface Counts {
  readonly replicas: number;
  readonly updatedReplicas: number;
  readonly readyReplicas: number;
  readonly availableReplicas: number;
}

const oldCondition = (deployment: JsonObject, type: string): JsonObject =>
  objectIn(listIn(objectIn(deployment['status'])['conditions']).find((one) => objectIn(one)['type'] === type));

interface Said {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

const condition = (state: ClusterState, deployment: JsonObject, said: Said, isProgress = false): JsonObject => {
  const old = oldCondition(deployment, said.type);
  const now = timeText(state.now);
  const same = (['status', 'reason', 'message'] as const).every((key) => isSame(old[key], said[key]));
  return {
    type: said.type,
    status: said.status,
    lastUpdateTime: same && !isProgress ? (old['lastUpdateTime'] ?? now) : now,
    lastTransitionTime: old['status'] === said.status ? (old['lastTransitionTime'] ?? now) : now,
    reason: said.reason,
    message: said.message,
  };
};

const available = (state: ClusterState, deployment: JsonObject, count: number): JsonObject => {
  const { replicas, strategy } = view.workload(deployment).spec;
  const fewer =
    strategy.type === 'Recreate' ? replicas : countOf(strategy.rollingUpdate.maxUnavailable, replicas, Math.floor);
  const enough = count >= replicas - fewer;
  return condition(state, deployment, {
    type: 'Available',
    status: enough ? 'True' : 'False',
    reason: enough ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
    message: `Deployment ${enough ? 'has' : 'does not have'} minimum availability.`,
  });
};

const paused = (state: ClusterState, deployment: JsonObject): JsonObject =>
  condition(state, deployment, {
    type: 'Progressing',
    status: 'Unknown',
    reason: 'DeploymentPaused',
    message: 'Deployment is paused',
  });

const progressing = (
  state: ClusterState,
  deployment: JsonObject,
  newest: JsonObject | undefined,
  counts: Counts,
): JsonObject => {
  const { spec } = view.workload(deployment);
  const set = newest === undefined ? '' : view.any(newest).metadata.name;
  const old = oldCondition(deployment, 'Progressing');
  const type = 'Progressing';
  const isDone =
    counts.updatedReplicas === spec.replicas &&
    counts.replicas === spec.replicas &&
    counts.availableReplicas === spec.replicas;
  const said = (status: 'True' | 'False', reason: string, message: string): Said => ({ type, status, reason, message });
  const done = said('True', 'NewReplicaSetAvailable', `ReplicaSet "${set}" has successfully progressed.`);
  // A rollout that is complete stays so, also when its pods are not ready later.
  const wasDone = isSame(old['message'], done.message) && old['reason'] === done.reason;
  if (isDone || wasDone) return condition(state, deployment, done);
  const moved = hasProgressed(objectIn(deployment['status']), counts);
  const going = said('True', 'ReplicaSetUpdated', `ReplicaSet "${set}" is progressing.`);
  const isSameRollout = textIn(old['message'])?.includes(`"${set}"`) ?? false;
  const since = Date.parse(textIn(old['lastUpdateTime']) ?? timeText(state.now));
  const isOverdue = isSameRollout && !moved && state.now - since >= spec.progressDeadlineSeconds * 1000;
  const stuck = said('False', 'ProgressDeadlineExceeded', `ReplicaSet "${set}" has timed out progressing.`);
  const wasStuck = isSameRollout && !moved && old['reason'] === stuck.reason;
  if (isOverdue || wasStuck) return condition(state, deployment, stuck);
  return condition(state, deployment, going, moved || !isSameRollout);
};

/** More new, ready or available Pods, or fewer old ones: each begins the deadline anew. Pods that are lost do not. */
const hasProgressed = (before: JsonObject, counts: Counts): boolean => {
  const was = (field: keyof Counts): number => {
    const count = before[field];
    return typeof count === 'number' ? count : 0;
  };
  const isMore = (field: keyof Counts): boolean => counts[field] > was(field);
  return (
    isMore('updatedReplicas') ||
    isMore('readyReplicas') ||
    isMore('availableReplicas') ||
    counts.replicas - counts.updatedReplicas < was('replicas') - was('updatedReplicas')
  );
};
