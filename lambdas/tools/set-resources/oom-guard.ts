import type { Cloud } from '../../contracts/ports.ts';
import { listObjects } from '../kubernetes/call-cluster.ts';
import type { WorkloadRef } from '../kubernetes/autoscalers.ts';
import { KINDS } from '../kubernetes/input.ts';
import { ownerOf, Pod } from '../kubernetes/objects.ts';
import { nanosOf } from '../kubernetes/quantity.ts';
import type { HealthCheck } from '../tool.ts';
import type { Amounts } from './fields.ts';

/**
 * Whether containers were killed for lack of memory since a change. After one that took memory away that is its fault.
 * After another one it shows only that the change was not enough.
 */
export const oomGuard = async (
  cloud: Cloud,
  workload: WorkloadRef & { readonly container: string },
  change: { readonly before: Amounts; readonly after: Amounts },
  since: Date,
): Promise<HealthCheck> => {
  const { items, complete } = await listObjects(cloud, 'v1', 'pods', workload, Pod);
  const killed = items
    .filter((pod) => isOf(pod, workload) && wasKilled(pod, since))
    .map(({ metadata }) => metadata.name);
  const name = 'memory kills';
  if (killed.length > 0) {
    const detail = `Killed for lack of memory (OOMKilled) since the change: containers of ${killed.join(', ')}.`;
    return cutsMemory(change)
      ? { name, outcome: 'bad', detail }
      : { name, outcome: 'unknown', detail: `${detail} The change took no memory away, but does not suffice.` };
  }
  return complete
    ? { name, outcome: 'good', detail: 'No container was killed for lack of memory since the change.' }
    : { name, outcome: 'unknown', detail: 'No kill is known, but only the first 500 pods of the namespace were read.' };
};

const isOf = (pod: Pod, { kind, name }: WorkloadRef): boolean => {
  const owner = ownerOf(pod);
  return owner?.kind === KINDS[kind] && owner.name === name;
};

const wasKilled = ({ status }: Pod, since: Date): boolean =>
  [...status.initContainerStatuses, ...status.containerStatuses].some(({ state, lastState }) =>
    [state, lastState].some(
      ({ terminated }) =>
        terminated?.reason === 'OOMKilled' &&
        // A kill at an unknown time counts.
        !(Date.parse(terminated.finishedAt ?? '') < since.getTime()),
    ),
  );

/** A first limit takes away what lies above it. */
const cutsMemory = ({ before, after }: { readonly before: Amounts; readonly after: Amounts }): boolean => {
  const [was, becomes] = [before.limits.memory, after.limits.memory];
  if (becomes !== null && (was === null || nanosOf(becomes) < nanosOf(was))) return true;
  const [asked, asks] = [before.requests.memory, after.requests.memory];
  return asked !== null && (asks === null || nanosOf(asks) < nanosOf(asked));
};
