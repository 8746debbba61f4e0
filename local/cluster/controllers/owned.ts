import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import { sha256 } from '../../../lambdas/kernel/trace/canonical.ts';
import { objectIn, valueAt } from '../objects/json.ts';
import { RESOURCES, type Resource } from '../objects/resources.ts';
import { view } from '../objects/views.ts';
import { isReady } from '../pods/pod-run.ts';
import type { ClusterState } from '../state.ts';

/** Objects of a kind that an object owns. */
export const ownedBy = ({ store }: ClusterState, owner: JsonObject, resource: Resource): JsonObject[] => {
  const { uid, namespace } = view.any(owner).metadata;
  return store
    .list(resource, namespace)
    .filter((one) => view.any(one).metadata.ownerReferences.some((reference) => reference.uid === uid));
};

/** The Pods of an owner that are not ending, and how many of them are ready. */
export const podsOf = (state: ClusterState, owner: JsonObject) => {
  const all = ownedBy(state, owner, RESOURCES.pods);
  const pods = all.filter((pod) => view.pod(pod).metadata.deletionTimestamp === undefined);
  const ready = pods.filter((pod) => isReadyPod(state, pod));
  return { all, pods, ready };
};

/** Whether all containers of a Pod are ready. */
export const isReadyPod = ({ runs }: ClusterState, pod: JsonObject): boolean =>
  isReady(runs.get(view.pod(pod).metadata.uid));

/** How many Pods have been ready for so long that they count as available. */
export const availableOf = (
  { runs, now }: ClusterState,
  ready: readonly JsonObject[],
  minReadySeconds: number,
): number =>
  ready.filter((pod) => now - (runs.get(view.pod(pod).metadata.uid)?.readySince ?? now) >= minReadySeconds * 1000)
    .length;

/** The template of a workload, without the label that the controller adds. */
export const templateOf = (workload: JsonObject): JsonObject => {
  const template = objectIn(valueAt(workload, 'spec', 'template'));
  const metadata = objectIn(template['metadata']);
  const labels = Object.entries(objectIn(metadata['labels'])).filter(([key]) => key !== 'pod-template-hash');
  return { ...template, metadata: { ...metadata, labels: Object.fromEntries(labels) } };
};

const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';

/** A part of a name such as Kubernetes makes: the same for the same seed. */
export const nameSuffix = (seed: string, length: number): string =>
  [...Buffer.from(sha256(seed), 'hex')]
    .slice(0, length)
    .map((byte) => LETTERS[byte % LETTERS.length])
    .join('');

/** A reference of a controller to what it owns. */
export const ownerReference = (owner: JsonObject): JsonObject => {
  const { name, uid } = view.any(owner).metadata;
  const { apiVersion = '', kind = '' } = owner;
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
};
