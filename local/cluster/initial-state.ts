import type { JsonObject } from '../../lambdas/contracts/json.ts';
import { offsetMs } from '../account/world/time.ts';
import { withTimes } from '../account/world/times-in-json.ts';
import { runBudgets, runQuotas } from './controllers/budgets.ts';
import { bindClaims } from './controllers/claims.ts';
import { runDaemonSet } from './controllers/daemon-sets.ts';
import { runDeployments } from './controllers/deployments.ts';
import { ownedBy } from './controllers/owned.ts';
import { runReplicaSet } from './controllers/replica-sets.ts';
import { runStatefulSet } from './controllers/stateful-sets.ts';
import { newOwner, pathOf, withOwners } from './fields/managers.ts';
import { leavesOf, shownPath } from './fields/paths.ts';
import { withDefaults } from './objects/defaults.ts';
import { listIn, objectIn, textIn, timeText, withValue } from './objects/json.ts';
import { Recorder } from './objects/recorder.ts';
import { RESOURCES } from './objects/resources.ts';
import { Store } from './objects/store.ts';
import { view } from './objects/views.ts';
import { addPod, isYetToCome } from './pods/create-pod.ts';
import { Usages } from './pods/usage.ts';
import { objectNamed } from './other-writers.ts';
import type { ClusterState } from './state.ts';
import { nameOf } from './world/check.ts';
import type { ClusterWorld } from './world/cluster.ts';

/** A cluster in which every workload of the world is rolled out and has long been running. */
export const initialState = (world: ClusterWorld, origin: number, now: number): ClusterState => {
  const store = new Store(world.name);
  const usages = new Usages(world, origin);
  const state: ClusterState = { world, origin, store, usages, recorder: new Recorder(store), runs: new Map(), now };
  const created = origin + offsetMs(world.created);
  const manifests = world.objects.map((object) => withDefaults(withTimes(object, origin)));
  for (const object of manifests) store.create(withWriters(world, object, origin, created), created);
  for (const object of manifests) adopt(state, object);
  bindClaims(state);
  const settledAt = origin + offsetMs(world.podsStarted);
  settle(state, settledAt);
  for (const pod of store.list(RESOURCES.pods))
    if (!state.runs.has(view.pod(pod).metadata.uid) && !isYetToCome(state, pod))
      addPod(state, pod, nameOf(pod), settledAt);
  runDeployments(state);
  runBudgets(state);
  runQuotas(state);
  for (const event of store.list(RESOURCES.events)) store.delete(event);
  for (const { of, at, count, ...happening } of world.events) {
    const when = origin + offsetMs(at);
    state.recorder.record(objectNamed(state, of) ?? podNamed(of), happening, when, count);
  }
  return state;
};

/** A Pod that an event tells of and that is gone by now. */
const podNamed = (of: string): JsonObject => {
  const [namespace = '', , name = ''] = of.split('/');
  return { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name } };
};

/** Owner references in manifests have no UID: that of the object with this name is filled in. */
const adopt = ({ store }: ClusterState, manifest: JsonObject): void => {
  const object = store.current(manifest);
  if (object === undefined) return;
  const references = listIn(objectIn(object['metadata'])['ownerReferences']).map(objectIn);
  if (references.length === 0) return;
  const { namespace } = view.any(object).metadata;
  const filled = references.map((reference) => {
    // Of a custom kind too, such as the ScaledObject of an autoscaler.
    const owner = [...store.all()].find(
      (one) =>
        one['kind'] === reference['kind'] &&
        ['', namespace].includes(view.any(one).metadata.namespace) &&
        view.any(one).metadata.name === reference['name'],
    );
    if (owner === undefined) return reference;
    const { uid } = view.any(owner).metadata;
    return { apiVersion: textIn(owner['apiVersion']) ?? '', controller: true, ...reference, uid };
  });
  store.replace(object, withValue(object, ['metadata', 'ownerReferences'], filled));
};

const settle = (state: ClusterState, settledAt: number): void => {
  const { store } = state;
  for (const set of store.list(RESOURCES.statefulSets)) runStatefulSet(state, set, settledAt);
  for (const set of store.list(RESOURCES.daemonSets)) runDaemonSet(state, set, settledAt);
  runDeployments(state);
  for (const deployment of store.list(RESOURCES.deployments)) {
    for (const set of ownedBy(state, deployment, RESOURCES.replicaSets))
      if (view.workload(set).spec.replicas > 0) store.set(set, ['metadata', 'creationTimestamp'], timeText(settledAt));
  }
  for (const set of store.list(RESOURCES.replicaSets)) runReplicaSet(state, set, settledAt);
};

/** Who owns the fields of an object: the writers of the world, and kubectl what nobody of them has. */
const withWriters = (world: ClusterWorld, object: JsonObject, origin: number, created: number): JsonObject => {
  if (objectIn(object['metadata'])['managedFields'] !== undefined) return object;
  const own = world.objects.find((one) => nameOf(one) === nameOf(object)) ?? object;
  const applied = [...leavesOf(own).keys()];
  // Who updates owns the defaults too.
  const updated = [...leavesOf(object).keys()];
  const writers = world.writers.filter(({ of }) => of === nameOf(object));
  const listed = new Set(writers.flatMap(({ fields = [] }) => updated.filter((leaf) => isBelow(leaf, fields))));
  const apiVersion = textIn(object['apiVersion']) ?? '';
  const owners = writers.map(({ manager, operation, at, fields }) => {
    const given = operation === 'Apply' ? applied : updated;
    const paths = given.filter((leaf) => (fields === undefined ? !listed.has(leaf) : isBelow(leaf, fields)));
    return newOwner({ manager, operation }, apiVersion, origin + offsetMs(at), new Set(paths));
  });
  const isCovered = writers.some(({ fields }) => fields === undefined);
  const rest = new Set(isCovered ? [] : updated.filter((leaf) => !listed.has(leaf)));
  const kubectl = newOwner({ manager: 'kubectl-client-side-apply', operation: 'Update' }, apiVersion, created, rest);
  return withOwners(object, [...owners, kubectl]);
};

const isBelow = (leaf: string, fields: readonly string[]): boolean => {
  const shown = shownPath(pathOf(leaf));
  return fields.some(
    (field) => shown === field || (shown.startsWith(field) && /^[.[]/.test(shown.slice(field.length))),
  );
};
