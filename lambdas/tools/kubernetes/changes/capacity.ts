import { effective } from '../limit-ranges.ts';
import type { Resources } from '../objects.ts';
import { qosOf, type QosClass } from '../qos.ts';
import { nanosOf } from '../quantity.ts';
import type { Template } from '../template.ts';
import { totalOf, totalOfPod } from '../total.ts';

/** What was not asked for, and is; or what had a limit, and may now have all that its node has. */
const ALL = 100;
/**
 * A first limit takes away what lies above it. How much that is nobody knows, so it counts as the least that is a cut:
 * floors and headroom are asked for, and the bound on large cuts is not.
 */
const FIRST_LIMIT = 1;
const MILLI = 1_000_000n;
const MIB = 1_000_000_000n * 1024n ** 2n;

/** What loses or gains on its own: a container, or a pod with the sum of its containers. As pods have it in the end. */
export interface Unit {
  /** Name of the container; undefined for a pod. */
  readonly container: string | undefined;
  /** Of the sum of a pod's containers: those that go. The others are units of their own. */
  readonly gone?: readonly string[];
  readonly before: Resources;
  readonly after: Resources;
}

/** What one unit has of one resource, in billionths: asked for, and at most. */
interface Amount {
  readonly asked: bigint;
  readonly limit: bigint | undefined;
}

/** One resource of one unit on both sides. */
interface Share {
  readonly resource: string;
  readonly before: Amount;
  readonly after: Amount;
}

/** What a change takes from each pod and adds to it, by the unit that loses or gains most. */
export const capacityFacts = (units: readonly Unit[]) => {
  const shares = units.flatMap(sharesOf);
  const of = (resource: string) => shares.filter((share) => share.resource === resource);
  return {
    cutPercent: most(shares.map(cutOf)),
    growPercent: most(shares.map(growthOf)),
    cpuMillicoresAfter: Number(decisive(of('cpu'), ({ asked }) => asked) / MILLI),
    memoryMiBAfter: Number(decisive(of('memory'), ({ asked, limit }) => limit ?? asked) / MIB),
    cpuCutPercent: most(of('cpu').map(cutOf)),
    memoryCutPercent: most(of('memory').map(cutOf)),
  };
};

/** The resources of which a unit loses something. */
export const cutsOf = (unit: Unit): readonly string[] =>
  sharesOf(unit).flatMap((share) => (cutOf(share) > 0 ? [share.resource] : []));

/** The units of two templates. A container that comes or goes counts by what the whole pod asks for. */
export const unitsOf = (before: Template, after: Template): readonly Unit[] => {
  const kept = containersOf(before).flatMap(({ name, resources }) => {
    const namesake = containersOf(after).find((one) => one.name === name);
    return namesake === undefined ? [] : [{ container: name, before: resources, after: namesake.resources }];
  });
  const names = containersOf(after).map(({ name }) => name);
  const gone = containersOf(before).flatMap(({ name }) => (names.includes(name) ? [] : [name]));
  return [
    ...kept,
    { container: undefined, before: before.spec.resources, after: after.spec.resources },
    { container: undefined, gone, before: askedByPod(before), after: askedByPod(after) },
  ].map((unit) => ({ ...unit, before: effective(unit.before, []), after: effective(unit.after, []) }));
};

/** What the containers of a template have in the end, with the defaults of the API server; not init containers. */
export const amountsIn = ({ spec }: Template): readonly Resources[] =>
  spec.containers.map(({ resources }) => effective(resources, []));

/** What quotas count for each pod of a template, with the defaults of the API server. */
export const askedIn = ({ spec }: Template): Resources =>
  totalOfPod({
    containers: spec.containers.map(({ resources }) => effective(resources, [])),
    initContainers: spec.initContainers.map((one) => ({ ...one, resources: effective(one.resources, []) })),
    ofPod: effective(spec.resources, []),
  });

/** The QoS class of the pods of a template. */
export const qosOfTemplate = (template: Template): QosClass =>
  qosOf(containersOf(template).map(({ resources }) => effective(resources, [])));

const containersOf = ({ spec }: Template) => [...spec.containers, ...spec.initContainers];

const askedByPod = (template: Template): Resources => ({ requests: totalOf(amountsIn(template)).requests, limits: {} });

const sharesOf = ({ before, after }: Unit): readonly Share[] => {
  const named = [before, after].flatMap(({ requests, limits }) => [...Object.keys(requests), ...Object.keys(limits)]);
  return [...new Set(named)].map((resource) => ({
    resource,
    before: amountOf(before, resource),
    after: amountOf(after, resource),
  }));
};

/** A limit of 0 limits nothing, as none at all does. */
const amountOf = ({ requests, limits }: Resources, resource: string): Amount => {
  const limit = nanosOf(limits[resource] ?? '0');
  return { asked: nanosOf(requests[resource] ?? '0'), limit: limit === 0n ? undefined : limit };
};

const most = (percents: readonly number[]): number => Math.max(0, ...percents);

const cutOf = ({ before, after }: Share): number => Math.max(lost(before.asked, after.asked), limitLost(before, after));

const limitLost = ({ limit: before }: Amount, { limit: after }: Amount): number => {
  if (after === undefined) return 0;
  return before === undefined ? FIRST_LIMIT : lost(before, after);
};

const growthOf = ({ before, after }: Share): number =>
  Math.max(gained(before.asked, after.asked), limitGained(before, after));

const limitGained = ({ limit: before }: Amount, { limit: after }: Amount): number => {
  if (before === undefined) return 0;
  return after === undefined ? ALL : gained(before, after);
};

const lost = (before: bigint, after: bigint): number => (after < before ? percent(before - after, before) : 0);

const gained = (before: bigint, after: bigint): number => {
  if (after <= before) return 0;
  return before === 0n ? ALL : percent(after - before, before);
};

/** Rounded up. */
const percent = (part: bigint, whole: bigint): number => Number((part * 100n + whole - 1n) / whole);

/** The amount after the change that a bound is about: of the unit that loses most, or the largest where none loses. */
const decisive = (shares: readonly Share[], amount: (of: Amount) => bigint): bigint => {
  const [first] = shares.toSorted(
    (one, other) => cutOf(other) - cutOf(one) || Number(amount(other.after) - amount(one.after)),
  );
  return first === undefined ? 0n : amount(first.after);
};
