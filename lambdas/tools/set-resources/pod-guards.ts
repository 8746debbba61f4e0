import type { Cloud } from '../../contracts/ports.ts';
import type { WorkloadRef } from '../kubernetes/autoscalers.ts';
import { listObjects } from '../kubernetes/call-cluster.ts';
import { KINDS } from '../kubernetes/input.ts';
import { ownerOf, Pod } from '../kubernetes/objects.ts';
import { nanosOf } from '../kubernetes/quantity.ts';
import type { HealthCheck } from '../tool.ts';
import type { Amounts } from './fields.ts';

interface AmountsChange {
  readonly before: Amounts;
  readonly after: Amounts;
}

/**
 * What has happened to the pods of a workload since a change: kills for lack of memory, other ends of containers, and pods
 * that no node has room for.
 */
export const podGuards = async (
  cloud: Cloud,
  workload: WorkloadRef,
  change: AmountsChange,
  since: Date,
): Promise<readonly HealthCheck[]> => {
  const { items, complete } = await listObjects(cloud, 'v1', 'pods', workload, Pod);
  const pods = items.filter((pod) => isOf(pod, workload));
  return [memoryKills, restarts, waiting].map((guard) => {
    const found = guard(pods, change, since);
    return found.outcome === 'good' && !complete
      ? { ...found, outcome: 'unknown', detail: `${found.detail} Only the first 500 pods of the namespace were read.` }
      : found;
  });
};

type Guard = (pods: readonly Pod[], change: AmountsChange, since: Date) => HealthCheck;

/** After a change that took memory away a kill is its fault. After another one it shows only that it was not enough. */
const memoryKills: Guard = (pods, change, since) => {
  const name = 'memory kills';
  const killed = pods.filter((pod) => endsSince(pod, since).some(({ reason }) => reason === 'OOMKilled'));
  if (killed.length === 0)
    return { name, outcome: 'good', detail: 'No container was killed for lack of memory since the change.' };
  const detail = `Killed for lack of memory (OOMKilled) since the change: containers of ${namesOf(killed)}.`;
  return cutsMemory(change)
    ? { name, outcome: 'bad', detail }
    : { name, outcome: 'unknown', detail: `${detail} The change took no memory away, but does not suffice.` };
};

/** A container that ends in another way may have starved. After a change that took nothing away it is no proof. */
const restarts: Guard = (pods, change, since) => {
  const name = 'restarts';
  const ended = pods.filter((pod) => endsSince(pod, since).some(({ reason }) => reason !== 'OOMKilled'));
  if (ended.length === 0) return { name, outcome: 'good', detail: 'No container ended otherwise since the change.' };
  const detail = `Ended since the change, though not for lack of memory: containers of ${namesOf(ended)}.`;
  return { name, outcome: cutsCpu(change) || cutsMemory(change) ? 'bad' : 'unknown', detail };
};

/** All pods were there when the change was done: those that wait now were made since, for its amounts. */
const waiting: Guard = (pods) => {
  const name = 'pods without a node';
  const found = pods.flatMap(({ metadata, status }) => {
    const why = status.conditions.find(({ type, status: holds }) => type === 'PodScheduled' && holds === 'False');
    return why === undefined ? [] : [{ metadata, why }];
  });
  const [first] = found;
  if (first === undefined) return { name, outcome: 'good', detail: 'No pod waits for a node.' };
  const why = first.why.message.trim().replace(/\.$/, '') || first.why.reason;
  return { name, outcome: 'bad', detail: `No node has room for ${namesOf(found)}: ${why}.` };
};

const MOST_NAMES = 5;

const namesOf = (pods: readonly Pick<Pod, 'metadata'>[]): string => {
  const more = pods.length - MOST_NAMES;
  const names = pods.slice(0, MOST_NAMES).map(({ metadata }) => metadata.name);
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
};

const isOf = (pod: Pod, { kind, name }: WorkloadRef): boolean => {
  const owner = ownerOf(pod);
  return owner?.kind === KINDS[kind] && owner.name === name;
};

/** The ends of containers since a moment. One at an unknown time counts. */
const endsSince = ({ status }: Pod, since: Date) =>
  [...status.initContainerStatuses, ...status.containerStatuses].flatMap(({ restartCount, state, lastState }) =>
    [state, lastState].flatMap(({ terminated }) => {
      if (terminated === undefined || Date.parse(terminated.finishedAt ?? '') < since.getTime()) return [];
      // An init container that has done its work has ended as well.
      return terminated.exitCode === 0 && restartCount === 0 ? [] : [terminated];
    }),
  );

/** A first limit takes away what lies above it. */
const cutsMemory = ({ before, after }: AmountsChange): boolean => {
  const [was, becomes] = [before.limits.memory, after.limits.memory];
  if (becomes !== null && (was === null || nanosOf(becomes) < nanosOf(was))) return true;
  return isLess(before.requests.memory, after.requests.memory);
};

/** Whether a change takes from the CPU that is reserved. */
export const cutsCpu = ({ before, after }: AmountsChange): boolean => isLess(before.requests.cpu, after.requests.cpu);

const isLess = (was: string | null, becomes: string | null): boolean =>
  was !== null && (becomes === null || nanosOf(becomes) < nanosOf(was));
