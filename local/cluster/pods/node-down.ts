import { offsetMs } from '../../account/world/time.ts';
import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import { listIn, objectIn, timeText } from '../objects/json.ts';
import { RESOURCES } from '../objects/resources.ts';
import { view } from '../objects/views.ts';
import type { ClusterState } from '../state.ts';
import type { PodRun } from './pod-run.ts';
import { conditionOf } from './pod-status.ts';

/** How long the control plane waits for a sign of a node before it counts as not ready. */
const GRACE_MS = 40_000;
/** How long Pods stay on a node that is not ready: the toleration that every Pod is given. */
const TOLERATED_MS = 300_000;

/** The moment at which a node of the world went down, if it has by now. */
const downSince = ({ world: { nodeDown }, origin, now }: ClusterState, node: string): number | undefined => {
  if (nodeDown?.node !== node) return undefined;
  const since = origin + offsetMs(nodeDown.at);
  return since <= now ? since : undefined;
};

/** Whether the kubelet of a node is gone: nothing on it goes on, and nobody can read a log there. */
export const isDown = (state: ClusterState, node: string | undefined): boolean =>
  node !== undefined && downSince(state, node) !== undefined;

/** Whether the control plane knows that a node is gone, and places nothing on it. */
export const isUnreachable = (state: ClusterState, node: string): boolean =>
  state.now - (downSince(state, node) ?? state.now) >= GRACE_MS;

/** What the control plane does with a Pod on a node that is gone: not ready, and later to be deleted. */
export const losePod = (state: ClusterState, pod: JsonObject, run: PodRun): void => {
  const { store, recorder, now } = state;
  const since = run.node === undefined ? undefined : downSince(state, run.node);
  if (since === undefined || now < since + GRACE_MS) return;
  const { namespace, name, deletionTimestamp, ownerReferences } = view.pod(pod).metadata;
  if (!run.lost) {
    run.lost = true;
    run.readySince = undefined;
    loseNode(state, run.node ?? '');
    const message = 'Node is not ready';
    recorder.record(pod, { type: 'Warning', reason: 'NodeNotReady', message, component: 'node-controller' }, now);
    store.set(pod, ['status', 'conditions'], notReady(pod, {}, now));
    return;
  }
  const staysThere = ownerReferences.some(({ kind }) => kind === 'DaemonSet');
  if (staysThere || deletionTimestamp !== undefined || now < since + GRACE_MS + TOLERATED_MS) return;
  const message = `Marking for deletion Pod ${namespace}/${name}`;
  const component = 'taint-eviction-controller';
  recorder.record(pod, { type: 'Normal', reason: 'TaintManagerEviction', message, component }, now);
  // It stays: only its kubelet could say that its containers have ended.
  store.set(pod, ['metadata'], { ...objectIn(pod['metadata']), deletionTimestamp: timeText(now) });
};

const loseNode = (state: ClusterState, name: string): void => {
  const node = state.store.get(RESOURCES.nodes, '', name);
  const why = { reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' };
  if (node !== undefined) state.store.set(node, ['status', 'conditions'], notReady(node, why, state.now));
};

const notReady = (object: JsonObject, why: JsonObject, now: number): JsonObject[] => {
  const before = listIn(objectIn(object['status'])['conditions']).map(objectIn);
  const others = before.filter(({ type }) => type !== 'Ready');
  return [...others, conditionOf(before, 'Ready', false, why, now)];
};
