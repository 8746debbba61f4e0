import type { Json, JsonObject } from '../../lambdas/contracts/json.ts';
import { contractBroken } from '../../lambdas/contracts/errors.ts';
import { updatedBy } from './fields/ownership.ts';
import { strategicallyPatched } from './fields/merge.ts';
import { withDefaults, withServerCounts } from './objects/defaults.ts';
import { objectIn, without } from './objects/json.ts';
import { view } from './objects/views.ts';
import { removePod } from './pods/create-pod.ts';
import type { ClusterState } from './state.ts';
import { nameOf } from './world/check.ts';
import type { ClusterDrift } from './world/faults.ts';
import { RESOURCES, simulatedResource } from './objects/resources.ts';

interface OtherChange {
  readonly of: string;
  readonly manager: string;
  readonly merge: Json;
}

/** The object that a world file names, if it is still there. */
export const objectNamed = ({ store, world }: ClusterState, of: string): JsonObject | undefined => {
  const [namespace = '', resource = '', name = ''] = of.split('/');
  const manifest = world.objects.find((one) => nameOf(one) === of);
  const found = manifest === undefined ? undefined : store.current(manifest);
  const known = Object.values(RESOURCES).find((one) => one.resource === resource);
  return found ?? (known && store.get(simulatedResource(known.service, resource) ?? known, namespace, name));
};

/** A change that somebody else makes now. */
export const changeByOther = (state: ClusterState, { of, manager, merge }: OtherChange): void => {
  const object = objectNamed(state, of);
  if (object === undefined) return;
  const after = withDefaults(strategicallyPatched(object, objectIn(merge)));
  const written = updatedBy({ manager, operation: 'Update' }, object, after, state.now);
  state.store.replace(object, withServerCounts(object, written));
};

/** A drift of a fault: a change, another object of the same name, or none any more. */
export const drift = (state: ClusterState, { of, manager, merge, recreate }: ClusterDrift): void => {
  if (merge !== undefined) {
    changeByOther(state, { of, manager, merge });
    return;
  }
  const object = objectNamed(state, of);
  if (object === undefined) throw contractBroken(`There is no ${of} in the simulated cluster any more.`);
  state.store.delete(object);
  removeOwned(state, object);
  if (recreate === undefined) return;
  const metadata = without(objectIn(object['metadata']), 'uid', 'creationTimestamp', 'resourceVersion', 'generation');
  // An API server leaves an empty status out of no answer.
  state.store.create({ ...object, status: {}, metadata }, state.now);
};

/** What an object owned goes with it, as the garbage collector does. */
const removeOwned = (state: ClusterState, owner: JsonObject): void => {
  const { store } = state;
  for (const set of [RESOURCES.replicaSets, RESOURCES.revisions].flatMap((resource) => store.list(resource))) {
    if (!isOwned(set, owner)) continue;
    store.delete(set);
    removeOwned(state, set);
  }
  for (const pod of store.list(RESOURCES.pods)) if (isOwned(pod, owner)) removePod(state, pod);
};

const isOwned = (pod: JsonObject, owner: JsonObject): boolean =>
  view.any(pod).metadata.ownerReferences.some(({ uid }) => uid === view.any(owner).metadata.uid);
