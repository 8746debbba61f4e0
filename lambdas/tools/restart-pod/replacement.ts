import type { Cloud } from '../../contracts/ports.ts';
import { listObjects, type Place } from '../kubernetes/call-cluster.ts';
import { counted } from '../kubernetes/text.ts';
import { readMaker } from './controller.ts';
import { controllerOf, isDeleting, isReady, RestartedPod, type ControllerRef } from './pod.ts';

/** Why a container waits that does not start by itself. */
const FAILS: ReadonlySet<string> = new Set([
  'CrashLoopBackOff',
  'ImagePullBackOff',
  'InvalidImageName',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
]);

/** How the controller of a pod that is gone has come on with the new one. */
export interface Replacement {
  /** `not known`: the namespace has more pods of this controller than one answer holds. */
  readonly state: 'ready' | 'not needed' | 'starting' | 'failing' | 'not known';
  readonly says: string;
}

/** Looks at the newest pod of a controller: the one in place of a pod that is gone, since nothing else makes it pods. */
export const readReplacement = async (cloud: Cloud, place: Place, ref: ControllerRef): Promise<Replacement> => {
  const maker = await readMaker(cloud, place, ref);
  if (maker === undefined) return { state: 'not needed', says: `The ${ref.kind} ${ref.name} is not there any more.` };
  const { wanted, labels, says: name } = maker;
  if (wanted === 0) return { state: 'not needed', says: `${upper(name)} wants no pods.` };
  const query = { labelSelector: Object.entries(labels).map((one) => one.join('=')).join(',') }; // prettier-ignore
  const { items, complete } = await listObjects(cloud, 'v1', 'pods', place, RestartedPod, query);
  const pods = items.filter((pod) => controllerOf(pod.metadata)?.uid === ref.uid && !isDeleting(pod));
  const ready = pods.filter(isReady).length;
  const counts = `${ready} of ${counted(wanted, 'pod')} of ${name} are ready`;
  if (!complete) return { state: 'not known', says: `${upper(name)} has more pods than one answer holds.` };
  if (ready >= wanted) return { state: 'ready', says: `${counts}.` };
  const newest = newestOf(pods);
  if (newest === undefined || pods.length < wanted)
    return { state: 'starting', says: `${upper(name)} has not made the new pod yet: ${counts}.` };
  if (isReady(newest)) return { state: 'ready', says: `The new pod ${newest.metadata.name} is ready; ${counts}.` };
  const fault = faultOf(newest);
  return fault === undefined
    ? { state: 'starting', says: `The new pod ${newest.metadata.name} is not ready yet; ${counts}.` }
    : { state: 'failing', says: `The new pod ${newest.metadata.name} fails too (${fault}); ${counts}.` };
};

/** Times are in whole seconds: of two that are as new, the one that is not ready. */
const newestOf = (pods: readonly RestartedPod[]): RestartedPod | undefined =>
  pods.toSorted(
    (one, other) =>
      Date.parse(other.metadata.creationTimestamp) - Date.parse(one.metadata.creationTimestamp) ||
      Number(isReady(one)) - Number(isReady(other)),
  )[0];

const faultOf = ({ status }: RestartedPod): string | undefined => {
  const all = [...status.initContainerStatuses, ...status.containerStatuses];
  const failing = all.find(({ state }) => FAILS.has(state.waiting?.reason ?? ''));
  if (failing === undefined) return undefined;
  const { reason = '', exitCode } = failing.lastState.terminated ?? {};
  const ended = exitCode === undefined ? '' : `, last ended with ${reason} and exit code ${exitCode}`;
  return `${failing.name} waits in ${failing.state.waiting?.reason ?? ''}${ended}`;
};

const upper = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
