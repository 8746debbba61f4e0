import { ToolRefusal } from '../../contracts/errors.ts';
import { limitRangeProblems, type Held } from '../kubernetes/limit-ranges.ts';
import type { Resources } from '../kubernetes/objects.ts';
import { nanosOf } from '../kubernetes/quantity.ts';
import { amountText } from '../kubernetes/text.ts';
import { totalOf } from '../kubernetes/total.ts';
import type { Workload } from '../kubernetes/workload.ts';
import type { Amounts } from './fields.ts';
import type { Pods } from './pods.ts';

const CORE = 1_000_000_000n;
const MIB = 1_048_576n * 1_000_000_000n;

/** More than any node has is a slip. Less than this in memory starts no container: mostly a wrong suffix, as in 512m. */
const BOUNDS = {
  cpu: { unit: CORE / 1000n, least: CORE / 1000n, most: 512n * CORE, says: '1m to 512 cores, in whole thousandths' },
  memory: { unit: CORE, least: 6n * MIB, most: 16n * 1024n * 1024n * MIB, says: '6Mi to 16Ti, in whole bytes' },
} as const;

/**
 * Refuses a proposal that takes something away altogether, is out of bounds, or that no pod could be made with. An undo is not
 * asked: what was there is written back, whatever it was.
 */
export const assertProposable = (
  container: string,
  workload: Workload,
  change: { readonly before: Amounts; readonly after: Amounts },
  pods: Pods,
): void => {
  assertNoPodResources(workload);
  for (const part of ['requests', 'limits'] as const)
    for (const [resource, value] of Object.entries(change.after[part])) {
      const found = Object.entries(change.before[part]).find(([name]) => name === resource)?.[1] ?? null;
      if (value !== found) assertInBounds(container, part, resource, value);
    }
  assertUnderLimits(container, pods.unit.after);
  assertLimitRanges(container, pods);
};

const assertNoPodResources = ({ metadata, spec }: Workload): void => {
  const podSpec = spec.template['spec'];
  if (typeof podSpec !== 'object' || podSpec === null || Array.isArray(podSpec) || !('resources' in podSpec)) return;
  throw new ToolRefusal(
    `${metadata.name} has requests or limits for its pods as a whole (spec.template.spec.resources), which bound all containers together. ` +
      'This tool sets those of one container only: leave the change to the people who own it.',
  );
};

const assertInBounds = (container: string, part: string, resource: string, value: string | null): void => {
  const what = `${part}.${resource} of ${container}`;
  if (value === null)
    throw new ToolRefusal(
      `${what} would be taken away altogether. Only an undo does that, where there was none before: give a new value instead of null.`,
    );
  const { unit, least, most, says } = resource === 'cpu' ? BOUNDS.cpu : BOUNDS.memory;
  const nanos = nanosOf(value);
  if (nanos < least || nanos > most || nanos % unit !== 0n)
    throw new ToolRefusal(
      `${what} cannot be ${value}; expected ${says}. Give e.g. ${resource === 'cpu' ? '250m' : '512Mi'}.`,
    );
};

const assertUnderLimits = (container: string, { requests, limits }: Resources): void => {
  const { cpu, memory } = requests;
  const isOver = (request: string | undefined, limit: string | undefined): boolean =>
    request !== undefined && limit !== undefined && nanosOf(request) > nanosOf(limit);
  if (isOver(memory, limits['memory']))
    throw new ToolRefusal(
      `${container} would request ${amountText('memory', memory ?? '')} of memory, more than its limit of ${amountText('memory', limits['memory'] ?? '')}. ` +
        'Give a request and a limit where the request is at most the limit.',
    );
  if (isOver(cpu, limits['cpu']))
    throw new ToolRefusal(
      `${container} would request ${amountText('cpu', cpu ?? '')} of CPU, more than its CPU limit of ${amountText('cpu', limits['cpu'] ?? '')}, which this tool does not set: ` +
        'such a limit throttles the container although CPU is free. Request at most that, or ask for the limit to be taken out at its source.',
    );
};

/** A rollout whose pods are not admitted gets stuck, and the API server tells only those who make the pods. */
const assertLimitRanges = (container: string, { after, unit, ranges }: Pods): void => {
  const held: readonly Held[] = [
    { type: 'Container', name: container, resources: unit.after },
    { type: 'Pod', name: 'each pod', resources: totalOf(after.containers) },
  ];
  const [problem] = held.flatMap((one) => limitRangeProblems(one, ranges));
  if (problem !== undefined)
    throw new ToolRefusal(`${problem} The rollout would get stuck: propose amounts within it.`);
};
