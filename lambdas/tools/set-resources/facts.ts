import { percentOf } from '../aws/capacity.ts';
import type { Resources } from '../kubernetes/objects.ts';
import { qosOf } from '../kubernetes/qos.ts';
import { millicoresOf, wholeOf } from '../kubernetes/quantity.ts';
import { peakUsePercentAfter } from './peak-use.ts';
import type { Pods } from './pods.ts';

const MIB = 1_048_576;

/**
 * A first memory limit takes away what lies above it. How much that is nobody knows, so it counts as the least that is a
 * cut: floors and headroom are asked for, and the bound on large cuts is not.
 */
const FIRST_LIMIT = { cut: 1, grow: 0 };
/** A first request reserves what nothing was reserved of: all of it is new. */
const FIRST_REQUEST = { cut: 0, grow: 100 };
/** What is taken away altogether is gone by all of it, and a container without a limit may have all that its node has. */
const NO_REQUEST = { cut: 100, grow: 0 };
const NO_LIMIT = { cut: 0, grow: 100 };

/** The facts about the amounts of one container. */
export const amountFacts = ({ before, after }: Pods) => {
  const [was, becomes] = [countedOf(before.changed), countedOf(after.changed)];
  const cpu = step(was.cpuRequest, becomes.cpuRequest, FIRST_REQUEST, NO_REQUEST);
  const request = step(was.memoryRequest, becomes.memoryRequest, FIRST_REQUEST, NO_REQUEST);
  const limit = step(was.memoryLimit, becomes.memoryLimit, FIRST_LIMIT, NO_LIMIT);
  const cutPercent = Math.max(cpu.cut, request.cut, limit.cut);
  return {
    cutPercent,
    growPercent: Math.max(cpu.grow, request.grow, limit.grow),
    peakUsePercentAfter: peakUsePercentAfter(cutPercent > 0),
    cpuCutPercent: cpu.cut,
    memoryCutPercent: Math.max(request.cut, limit.cut),
    cpuMillicoresAfter: becomes.cpuRequest,
    memoryMiBAfter: Math.floor((becomes.memoryLimit === 0 ? becomes.memoryRequest : becomes.memoryLimit) / MIB),
    qosChanges: qosOf(containersOf(before)) !== qosOf(containersOf(after)),
  };
};

/** In thousandths of a core and bytes. 0 asks for nothing, and limits nothing, as none at all does. */
const countedOf = ({ requests, limits }: Resources) => ({
  cpuRequest: millicoresOf(requests['cpu'] ?? '0'),
  memoryRequest: wholeOf(requests['memory'] ?? '0'),
  memoryLimit: wholeOf(limits['memory'] ?? '0'),
});

interface Step {
  readonly cut: number;
  readonly grow: number;
}

const step = (before: number, after: number, first: Step, none: Step): Step => {
  if (before === after) return { cut: 0, grow: 0 };
  if (before === 0) return first;
  if (after === 0) return none;
  return { cut: percentOf(before - after, before), grow: percentOf(after - before, before) };
};

const containersOf = ({ containers, initContainers }: Pods['before']): readonly Resources[] => [
  ...containers,
  ...initContainers,
];
