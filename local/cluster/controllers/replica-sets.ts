import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import { compact, isSame, listIn, objectIn, timeText } from '../objects/json.ts';
import type { StatusRefusal } from '../objects/refusal.ts';
import { RESOURCES, resourceOf } from '../objects/resources.ts';
import { view } from '../objects/views.ts';
import { createPod, removePod } from '../pods/create-pod.ts';
import type { ClusterState } from '../state.ts';
import { availableOf, isReadyPod, nameSuffix, podsOf } from './owned.ts';

/** Pods of each ReplicaSet: as many as it says, those that are not ready go first. */
export const runReplicaSets = (state: ClusterState): void => {
  for (const set of state.store.list(RESOURCES.replicaSets)) runReplicaSet(state, set);
};

/** Brings one ReplicaSet to its number of Pods. */
export const runReplicaSet = (state: ClusterState, set: JsonObject, settledAt?: number): void => {
  const { spec } = view.workload(set);
  const { pods } = podsOf(state, set);
  let refusal: StatusRefusal | undefined;
  for (let n = pods.length; n < spec.replicas && refusal === undefined; n++)
    refusal = addReplica(state, set, settledAt);
  const surplus = pods
    .toSorted((one, other) => Number(isReadyPod(state, one)) - Number(isReadyPod(state, other)))
    .slice(0, Math.max(0, pods.length - spec.replicas));
  for (const pod of surplus) {
    removePod(state, pod);
    record(state, set, 'Normal', 'SuccessfulDelete', `Deleted pod: ${view.pod(pod).metadata.name}`);
  }
  report(state, set, refusal);
};

const addReplica = (state: ClusterState, set: JsonObject, settledAt: number | undefined): StatusRefusal | undefined => {
  const { name, namespace, uid, ownerReferences } = view.workload(set).metadata;
  const owner = ownerReferences[0];
  const workload =
    owner?.kind === 'Deployment' ? `${namespace}/deployments/${owner.name}` : `${namespace}/replicasets/${name}`;
  const podName = `${name}-${nameSuffix(`${uid}/${state.store.resourceVersion}`, 5)}`;
  const refusal = createPod(state, { name: podName, owner: set, workload, labels: {}, settledAt });
  // The same refusal comes with each attempt: the first event and one a minute say so.
  const isNew = listIn(objectIn(set['status'])['conditions']).length === 0;
  if (refusal !== undefined && (isNew || state.now % 60_000 === 0))
    record(state, set, 'Warning', 'FailedCreate', `Error creating: ${refusal.message}`);
  if (refusal === undefined && settledAt === undefined)
    record(state, set, 'Normal', 'SuccessfulCreate', `Created pod: ${podName}`);
  return refusal;
};

const record = (
  state: ClusterState,
  about: JsonObject,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
) => {
  state.recorder.record(about, { type, reason, message, component: 'replicaset-controller' }, state.now);
};

const report = (state: ClusterState, set: JsonObject, refusal: StatusRefusal | undefined): void => {
  const { metadata, spec } = view.workload(set);
  const { pods, ready } = podsOf(state, set);
  const before = objectIn(listIn(objectIn(set['status'])['conditions'])[0]);
  const message = refusal?.message ?? '';
  const since = isSame(before['message'], message) ? before['lastTransitionTime'] : undefined;
  const failure = {
    type: 'ReplicaFailure',
    status: 'True',
    lastTransitionTime: since ?? timeText(state.now),
    reason: 'FailedCreate',
    message,
  };
  state.store.set(set, ['status'], {
    replicas: pods.length,
    ...compact({
      fullyLabeledReplicas: pods.length,
      readyReplicas: ready.length,
      availableReplicas: availableOf(state, ready, spec.minReadySeconds),
    }),
    observedGeneration: metadata.generation,
    ...(refusal !== undefined && { conditions: [failure] }),
  });
};

/** The workload of an object that makes Pods itself, as world files name it. */
export const ownWorkload = (object: JsonObject): string => {
  const { namespace, name } = view.any(object).metadata;
  return `${namespace}/${resourceOf(object).resource}/${name}`;
};
