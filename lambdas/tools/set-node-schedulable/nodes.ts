import * as z from 'zod';
import { ToolRefusal } from '../../contracts/errors.ts';
import type { Cloud } from '../../contracts/ports.ts';
import { listObjects, type Place } from '../kubernetes/call-cluster.ts';
import type { ObjectKind } from '../kubernetes/changes/object.ts';
import { Condition, listOf, Metadata, Pod } from '../kubernetes/objects.ts';
import { counted } from '../kubernetes/text.ts';

const Node = z.object({
  metadata: Metadata,
  spec: z
    .object({
      unschedulable: z.boolean().default(false),
      taints: listOf(z.object({ key: z.string(), effect: z.string() })),
    })
    .prefault({}),
  status: z.object({ conditions: listOf(Condition) }).prefault({}),
});
/** A node. */
export type Node = z.output<typeof Node>;

/** Nodes, as what changes objects knows them. */
export const NODES: ObjectKind<Node> = { service: 'v1', resource: 'nodes', kind: 'Node', schema: Node };

/** Taints by which an autoscaler says that it is about to remove a node. */
const LEAVING = ['ToBeDeletedByClusterAutoscaler', 'karpenter.sh/disrupted', 'karpenter.sh/disruption'];
const ZONE = 'topology.kubernetes.io/zone';
/** More pods are not named. */
const MOST_NAMED = 5;

const isReady = ({ status }: Node): boolean =>
  status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True');

/** Whether any pod may be put on a node. One with a taint is kept for some. */
export const takesPods = (node: Node): boolean =>
  isReady(node) &&
  !node.spec.unschedulable &&
  node.spec.taints.every(({ effect }) => !['NoSchedule', 'NoExecute'].includes(effect));

/** All nodes of a cluster. */
export const nodesOf = async (cloud: Cloud, cluster: string): Promise<readonly Node[]> => {
  const { items, complete } = await listObjects(cloud, 'v1', 'nodes', { cluster }, Node);
  if (complete) return items;
  throw new ToolRefusal(
    `The cluster ${cluster} has more nodes than are read (${items.length}), so nobody can tell how many take pods. Escalate.`,
  );
};

const ScheduledPod = Pod.pick({ metadata: true, spec: true, status: true });

/** The pods of the namespace that run on a node, and those for which no node has room. */
export const podsAbout = async (cloud: Cloud, place: Place, node: string) => {
  const { items, complete } = await listObjects(cloud, 'v1', 'pods', place, ScheduledPod);
  if (!complete)
    throw new ToolRefusal(`${place.namespace} has more pods than are read, so nobody can tell which wait for room.`);
  return {
    here: items.filter(({ spec, status }) => spec.nodeName === node && status.phase === 'Running').length,
    waiting: items
      .filter(({ spec, status }) => spec.nodeName === undefined && status.phase === 'Pending')
      .map(({ metadata }) => metadata.name),
  };
};

/** Throws where no other node of its zone would take new pods, or pods wait for room already. */
export const assertCordonable = (node: Node, all: readonly Node[], waiting: readonly string[]): void => {
  const { name, labels } = node.metadata;
  const zone = labels[ZONE];
  const others = all.filter(({ metadata }) => metadata.name !== name && metadata.labels[ZONE] === zone);
  if (!others.some(takesPods))
    throw new ToolRefusal(
      `${name} is the last node ${zone === undefined ? 'of the cluster' : `of the zone ${zone}`} that takes new pods: without it, none could start there. Look for what else heals its pods, or escalate for another node.`,
    );
  if (waiting.length > 0)
    throw new ToolRefusal(
      `${counted(waiting.length, 'pod')} already ${waiting.length === 1 ? 'waits' : 'wait'} for room (${waiting.slice(0, MOST_NAMED).join(', ')}): a node less makes it worse. Find room first, or escalate.`,
    );
};

/** Throws where a node would take pods that could not stay. */
export const assertUncordonable = (node: Node): void => {
  const { name } = node.metadata;
  const leaving = node.spec.taints.find(({ key }) => LEAVING.includes(key));
  if (leaving !== undefined)
    throw new ToolRefusal(
      `An autoscaler is about to remove ${name} (taint ${leaving.key}): its pods would soon be stopped.`,
    );
  if (!isReady(node))
    throw new ToolRefusal(`${name} is not ready: pods that are put on it would not run. Find out why, or escalate.`);
};
