import { offsetMs } from '../../account/world/time.ts';
import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import type { ClusterState } from '../state.ts';
import { removePod } from './create-pod.ts';
import type { PodRun } from './pod-run.ts';

/** How long a Pod runs on such a node until the kubelet takes it off again. */
const EVICTED_AFTER_MS = 60_000;

/** Whether a Pod was started on a node whose disk was full by then, and is to be evicted now. */
export const isOutOfDisk = ({ world: { diskFull }, origin, now }: ClusterState, run: PodRun): boolean => {
  if (diskFull === undefined || run.node !== diskFull.node) return false;
  const started = run.containers[0]?.runs[0]?.startedAt;
  return started !== undefined && started >= origin + offsetMs(diskFull.at) && now >= started + EVICTED_AFTER_MS;
};

/** The kubelet evicts a Pod for its disk. A real one leaves the Pod there as Failed; here it goes. */
export const evictForDisk = (state: ClusterState, pod: JsonObject): void => {
  const message =
    'The node was low on resource: ephemeral-storage. Threshold quantity: 2147483648, available: 1213464Ki.';
  state.recorder.record(pod, { type: 'Warning', reason: 'Evicted', message, component: 'kubelet' }, state.now);
  removePod(state, pod);
};
