import type { Resources } from '../objects.ts';
import { nanosOf } from '../quantity.ts';
import type { Template } from '../template.ts';

/** Where there was no limit, or nothing was asked for, nobody knows how much that was. */
const ALL = 100;
const MILLI = 1_000_000n;
const MIB = 1_000_000_000n * 1024n ** 2n;

/** What one unit has of one resource, in billionths: asked for, and at most. */
interface Amount {
  readonly asked: bigint;
  readonly limit: bigint | undefined;
}

/** One resource of one container, or of the whole pod, on both sides. */
interface Share {
  readonly resource: string;
  readonly before: Amount;
  readonly after: Amount;
}

/** What a new template takes from each pod and adds to it, by the container that loses or gains most. */
export const capacityFacts = (before: Template, after: Template) => {
  const shares = sharesOf(before, after);
  const of = (resource: string) => shares.filter((share) => share.resource === resource);
  return {
    cutPercent: most(shares.map(cutOf)),
    growPercent: most(shares.map(growthOf)),
    cpuMillicoresAfter: Number(decisive(of('cpu'), ({ asked, limit = 0n }) => (asked > 0n ? asked : limit)) / MILLI),
    memoryMiBAfter: Number(decisive(of('memory'), ({ asked, limit }) => limit ?? asked) / MIB),
    cpuCutPercent: most(of('cpu').map(cutOf)),
    memoryCutPercent: most(of('memory').map(cutOf)),
    qosChanges: qosClassOf(before) !== qosClassOf(after),
  };
};

const most = (percents: readonly number[]): number => Math.max(0, ...percents);

const containersOf = ({ spec }: Template) => [...spec.containers, ...spec.initContainers];

/** A container that comes or goes counts by what the whole pod asks for. */
const sharesOf = (before: Template, after: Template): readonly Share[] => {
  const pairs = containersOf(before).flatMap(({ name, resources }) => {
    const namesake = containersOf(after).find((one) => one.name === name);
    return namesake === undefined ? [] : [[resources, namesake.resources] as const];
  });
  const perContainer = [...pairs, [before.spec.resources, after.spec.resources] as const].flatMap(([was, is]) =>
    namesIn(was, is).map((resource) => ({ resource, before: amountOf(was, resource), after: amountOf(is, resource) })),
  );
  const all = [...before.spec.containers, ...after.spec.containers].map(({ resources }) => resources);
  const ofPod = namesIn(...all).map((resource) => ({
    resource,
    before: askedByPod(before, resource),
    after: askedByPod(after, resource),
  }));
  return [...perContainer, ...ofPod];
};

const namesIn = (...resources: readonly Resources[]): readonly string[] => [
  ...new Set(resources.flatMap(({ requests, limits }) => [...Object.keys(requests), ...Object.keys(limits)])),
];

/** A request that is left out is the limit. */
const amountOf = ({ requests, limits }: Resources, resource: string): Amount => {
  const limit = limits[resource];
  return {
    asked: nanosOf(requests[resource] ?? limit ?? '0'),
    limit: limit === undefined ? undefined : nanosOf(limit),
  };
};

const askedByPod = ({ spec }: Template, resource: string): Amount => ({
  asked: spec.containers.reduce((sum, { resources }) => sum + amountOf(resources, resource).asked, 0n),
  limit: undefined,
});

const cutOf = ({ before, after }: Share): number => Math.max(lost(before.asked, after.asked), limitLost(before, after));

const limitLost = ({ limit: before }: Amount, { limit: after }: Amount): number => {
  if (after === undefined) return 0;
  return before === undefined ? ALL : lost(before, after);
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

/** The class by which a node chooses whom it evicts first. */
const qosClassOf = (template: Template): 'Guaranteed' | 'Burstable' | 'BestEffort' => {
  const amounts = containersOf(template).flatMap(({ resources }) =>
    ['cpu', 'memory'].map((resource) => amountOf(resources, resource)),
  );
  if (amounts.every(({ asked, limit = 0n }) => asked === 0n && limit === 0n)) return 'BestEffort';
  return amounts.every(({ asked, limit = 0n }) => limit > 0n && asked === limit) ? 'Guaranteed' : 'Burstable';
};
