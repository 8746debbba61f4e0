import { nanosOf } from '../../../lambdas/tools/kubernetes/quantity.ts';
import type { Json, JsonObject } from '../../../lambdas/contracts/json.ts';
import { listIn, objectIn, textIn, timeText, valueAt, without } from '../objects/json.ts';
import { RESOURCES } from '../objects/resources.ts';
import { view, type Claim } from '../objects/views.ts';
import type { ClusterState } from '../state.ts';
import type { Volume } from '../world/cluster.ts';
import { nameOf } from '../world/check.ts';

/** Binds each claim of the world that does not say otherwise to a volume of the size that it asks for. */
export const bindClaims = (state: ClusterState): void => {
  for (const claim of state.store.list(RESOURCES.claims)) {
    const { spec, status } = view.claim(claim);
    const given = objectIn(claim['status']);
    const phase = valueAt(given, 'phase') === undefined ? 'Bound' : status.phase;
    const capacity = { storage: spec.resources.requests.storage, ...status.capacity };
    state.store.set(claim, ['status'], phase === 'Bound' ? { ...given, phase, capacity } : given);
  }
};

/** Lets each volume grow to what its claim asks for by now: Resizing, then perhaps only its file system, then done. */
export const runClaims = (state: ClusterState): void => {
  for (const claim of state.store.list(RESOURCES.claims)) {
    const status = statusAfter(state, claim, view.claim(claim));
    if (status !== undefined) state.store.set(claim, ['status'], status);
  }
};

/** The status that follows now; undefined where it stays. */
const statusAfter = (state: ClusterState, claim: JsonObject, { spec, status }: Claim): JsonObject | undefined => {
  const asked = spec.resources.requests.storage;
  if (status.phase !== 'Bound' || nanosOf(status.capacity['storage'] ?? '0') >= nanosOf(asked)) return undefined;
  if (status.allocatedResourceStatuses.storage.endsWith('Infeasible')) return undefined;
  const before = objectIn(claim['status']);
  const since = (type: string) => status.conditions.find((one) => one.type === type)?.lastTransitionTime;
  const waits = since('FileSystemResizePending');
  const grown = { ...without(before, 'conditions', 'allocatedResourceStatuses'), capacity: { storage: asked } };
  if (waits !== undefined) return isMountedSince(state, claim, waits) ? grown : undefined;
  const begun = since('Resizing');
  if (begun === undefined) return withCondition(state, before, 'Resizing', '');
  const volume = volumeOf(state, claim);
  if (state.now - Date.parse(begun) < volume.growsAfterSeconds * 1000) return undefined;
  if (volume.fails !== undefined) return failed(state, claim, before, volume.fails);
  const message = 'Waiting for user to (re-)start a pod to finish file system resize of volume on node.';
  return volume.fileSystem === 'grows' ? grown : withCondition(state, before, 'FileSystemResizePending', message);
};

const volumeOf = (
  { world }: ClusterState,
  claim: JsonObject,
): Pick<Volume, 'growsAfterSeconds' | 'fileSystem' | 'fails'> =>
  world.volumes.find(({ of }) => of === nameOf(claim)) ?? { growsAfterSeconds: 30, fileSystem: 'grows' };

const failed = (state: ClusterState, claim: JsonObject, before: JsonObject, message: string): JsonObject => {
  const { recorder, now } = state;
  const happening = { type: 'Warning', reason: 'VolumeResizeFailed', message, component: 'external-resizer' } as const;
  recorder.record(claim, happening, now);
  const status = withCondition(state, before, 'ControllerResizeError', message);
  return { ...status, allocatedResourceStatuses: { storage: 'ControllerResizeInfeasible' } };
};

/** With this condition instead of the one before. */
const withCondition = ({ now }: ClusterState, before: JsonObject, type: string, message: string): JsonObject => {
  const condition = { type, status: 'True', ...(message !== '' && { message }) };
  const conditions: Json[] = [{ ...condition, lastProbeTime: null, lastTransitionTime: timeText(now) }];
  return { ...before, conditions };
};

/** Whether a Pod that mounts it has been made since. */
const isMountedSince = ({ store }: ClusterState, claim: JsonObject, since: string): boolean => {
  const { name, namespace } = view.claim(claim).metadata;
  return store
    .list(RESOURCES.pods, namespace)
    .some(
      (pod) =>
        Date.parse(view.pod(pod).metadata.creationTimestamp) > Date.parse(since) &&
        listIn(valueAt(pod, 'spec', 'volumes')).some(
          (volume) => textIn(valueAt(volume, 'persistentVolumeClaim', 'claimName')) === name,
        ),
    );
};
