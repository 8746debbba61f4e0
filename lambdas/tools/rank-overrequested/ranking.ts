import type { Cloud } from '../../contracts/ports.ts';
import type { Place } from '../kubernetes/call-cluster.ts';
import { weightOf, type Amounts } from '../kubernetes/request-prices.ts';
import { usagePeaks } from '../kubernetes/usage.ts';
import type { Candidate } from './candidates.ts';
import { excessOf, type Excess, type Resource } from './headroom.ts';

/** Workloads that are measured: each takes two queries over two weeks. */
export const MOST_MEASURED = 10;
/** Questions that the source of usage has to answer at once. */
const AT_ONCE = 4;

/** A workload as it was measured. */
export interface Measured {
  readonly candidate: Candidate;
  readonly excess: readonly Excess[];
  /** What is asked for, and of which no peak is known, with the reason. */
  readonly unknown: readonly string[];
  /** Of all pods: what one cut frees, and what all cuts together free. */
  readonly next: Amounts;
  readonly all: Amounts;
}

/** Measures workloads, and puts those first whose next cut frees most. */
export const ranked = async (
  cloud: Cloud,
  place: Place,
  candidates: readonly Candidate[],
  now: Date,
): Promise<readonly Measured[]> => {
  const measured: Measured[] = [];
  for (let from = 0; from < candidates.length; from += AT_ONCE / 2)
    measured.push(
      ...(await Promise.all(candidates.slice(from, from + AT_ONCE / 2).map((one) => measure(cloud, place, one, now)))),
    );
  return measured.toSorted((one, other) => weightOf(other.next) - weightOf(one.next));
};

const measure = async (cloud: Cloud, place: Place, candidate: Candidate, now: Date): Promise<Measured> => {
  const [cpu, memory] = await Promise.all([
    measureOne(cloud, place, candidate, 'cpu', now),
    measureOne(cloud, place, candidate, 'memory', now),
  ]);
  const excess = [...cpu.excess, ...memory.excess];
  const freed = (of: Resource, to: 'next' | 'least'): number =>
    excess.reduce((sum, one) => sum + (one.resource === of ? one.request - one[to] : 0), 0) * candidate.pods;
  return {
    candidate,
    excess,
    unknown: [...cpu.unknown, ...memory.unknown],
    next: { millicores: freed('cpu', 'next'), bytes: freed('memory', 'next') },
    all: { millicores: freed('cpu', 'least'), bytes: freed('memory', 'least') },
  };
};

const measureOne = async (
  cloud: Cloud,
  { cluster, namespace }: Place,
  { kind, name, containers }: Candidate,
  resource: Resource,
  now: Date,
): Promise<Pick<Measured, 'excess' | 'unknown'>> => {
  const asking = containers.flatMap((one) => {
    const request = resource === 'cpu' ? one.millicores : one.bytes;
    return request > 0 ? [{ container: one.name, request }] : [];
  });
  if (asking.length === 0) return { excess: [], unknown: [] };
  const wanted = asking.map(({ container }) => container);
  const peaks = await usagePeaks(cloud, { cluster, namespace, kind, name, containers: wanted, metric: resource }, now);
  const found = asking.map(({ container, request }) => ({
    container,
    request,
    peak: peaks.find((one) => one.container === container),
  }));
  return {
    excess: found.flatMap(({ container, request, peak }) => {
      const excess = peak?.kind === 'known' ? excessOf(container, resource, request, peak) : undefined;
      return excess === undefined ? [] : [excess];
    }),
    unknown: found.flatMap(({ container, peak }) => {
      if (peak?.kind === 'known') return [];
      return [peak?.reason ?? `The ${resource} of ${container} was not measured.`];
    }),
  };
};
