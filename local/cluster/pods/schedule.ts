import { millicoresOf, wholeOf } from '../../../lambdas/tools/kubernetes/quantity.ts';
import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import { listIn, objectIn, withValue } from '../objects/json.ts';
import { RESOURCES } from '../objects/resources.ts';
import { view, type Pod } from '../objects/views.ts';
import type { ClusterState } from '../state.ts';
import { isUnreachable } from './node-down.ts';
import type { PodRun } from './pod-run.ts';
import { conditionOf } from './pod-status.ts';

/** The node of pods in a world without nodes. */
const ONLY_NODE = 'node-1';
const RETRY_MS = 60_000;

/** Puts a Pod on the first node with room for its requests; says on the Pod if there is none. */
export const schedule = (state: ClusterState, pod: JsonObject, run: PodRun): boolean => {
  const { store, recorder, now } = state;
  const { node, why } = nodeFor(state, view.pod(pod));
  if (node !== undefined) {
    run.node = node;
    const { namespace, name } = view.pod(pod).metadata;
    const message = `Successfully assigned ${namespace}/${name} to ${node}`;
    recorder.record(pod, { type: 'Normal', reason: 'Scheduled', message, component: 'default-scheduler' }, now);
    store.set(pod, ['spec', 'nodeName'], node);
    return true;
  }
  const before = listIn(objectIn(pod['status'])['conditions']);
  const condition = conditionOf(before, 'PodScheduled', false, { reason: 'Unschedulable', message: why }, now);
  const isNew = before.length === 0;
  if (isNew || now % RETRY_MS === 0)
    recorder.record(
      pod,
      { type: 'Warning', reason: 'FailedScheduling', message: why, component: 'default-scheduler' },
      now,
    );
  if (isNew) store.replace(pod, withValue(pod, ['status'], { phase: 'Pending', conditions: [condition] }));
  return false;
};

/** A node for a Pod, or why there is none. */
export const nodeFor = (state: ClusterState, pod: Pod): { readonly node?: string; readonly why: string } => {
  const nodes = state.store.list(RESOURCES.nodes).map(view.node);
  if (nodes.length === 0) return { node: pod.spec.nodeName ?? ONLY_NODE, why: '' };
  const pods = state.store.list(RESOURCES.pods).map(view.pod);
  const wanted = requestsOf(pod);
  const faults: string[] = [];
  for (const { metadata, spec, status } of nodes) {
    if (pod.spec.nodeName !== undefined && pod.spec.nodeName !== metadata.name) continue;
    // Taints come before resources: of such a node, nothing else is said.
    if (isUnreachable(state, metadata.name)) {
      faults.push('node(s) had untolerated taint {node.kubernetes.io/unreachable: }');
      continue;
    }
    const here = pods.filter((one) => one.spec.nodeName === metadata.name).map(requestsOf);
    const free = (name: 'cpu' | 'memory', count: (text: string) => number): number => {
      const all = status.allocatable[name];
      const used = here.reduce((sum, one) => sum + one[name], 0);
      return all === undefined ? Number.POSITIVE_INFINITY : count(all) - used;
    };
    const short = [
      ...(free('cpu', millicoresOf) < wanted.cpu ? ['Insufficient cpu'] : []),
      ...(free('memory', wholeOf) < wanted.memory ? ['Insufficient memory'] : []),
      ...(spec.unschedulable ? ['node(s) were unschedulable'] : []),
    ];
    if (short.length === 0) return { node: metadata.name, why: '' };
    faults.push(...short);
  }
  const counted = [...new Set(faults)].map((fault) => `${faults.filter((one) => one === fault).length} ${fault}`);
  return { why: `0/${nodes.length} nodes are available: ${counted.join(', ')}.` };
};

/** Thousandths of a core and bytes that a Pod requests. */
const requestsOf = ({ spec }: Pod): { readonly cpu: number; readonly memory: number } => ({
  cpu: spec.containers.reduce((sum, { resources }) => sum + millicoresOf(resources.requests['cpu'] ?? '0'), 0),
  memory: spec.containers.reduce((sum, { resources }) => sum + wholeOf(resources.requests['memory'] ?? '0'), 0),
});
