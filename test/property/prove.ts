import { setTimeout } from 'node:timers/promises';
import * as fc from 'fast-check';
import { InputError } from '../../lambdas/contracts/errors.ts';
import type { HostileCase } from './case.ts';
import { addCounts, countsOf, type Counts } from './counters.ts';
import { hostileCase } from './generate.ts';
import { INVARIANTS } from './invariants/all.ts';
import type { PlayedCase, HostileFlow } from './play.ts';

/** A case that broke an invariant, cut down to what is needed for that. */
interface Violation {
  readonly invariant: string;
  readonly fault: string;
  /** Finds the case again in the generator, as long as that stays as it is. */
  readonly seed: number;
  readonly path: string;
  readonly case: HostileCase;
}

/** What came out of many cases. */
export interface Proof {
  readonly cases: number;
  readonly incidents: number;
  readonly counts: Counts;
  readonly violation: Violation | undefined;
}

/** What a case came to: whether it broke an invariant, and what it counted for. */
export interface CaseResult {
  readonly broken: Pick<Violation, 'invariant' | 'fault'> | undefined;
  readonly incidents: number;
  readonly counts: Counts;
}

/** A case that takes longer has stopped; none comes near it. */
const PATIENCE_MS = 30_000;

/** Plays a case and holds it to every invariant. */
export const checkCase = async (flow: HostileFlow, hostile: HostileCase): Promise<CaseResult> => {
  const over = new AbortController();
  const played = await Promise.race([flow.play(hostile), setTimeout(PATIENCE_MS, undefined, { signal: over.signal })]);
  over.abort();
  if (played === undefined)
    return {
      broken: { invariant: 'every case comes to an end', fault: 'it stopped half-way' },
      incidents: 0,
      counts: {},
    };
  return { broken: brokenBy(played), incidents: played.traces.size, counts: countsOf(played) };
};

/** The first invariant that a played case breaks. */
const brokenBy = (played: PlayedCase): CaseResult['broken'] => {
  for (const { name, fault } of INVARIANTS) {
    const found = fault(played);
    if (found !== undefined) return { invariant: name, fault: found };
  }
  return undefined;
};

/** Counters that no case has moved, so that nothing is proved by the invariants which rely on them. */
export const neverExercised = (counts: Counts): string[] =>
  [...new Set(INVARIANTS.flatMap((invariant) => invariant.exercisedBy))].filter((name) => (counts[name] ?? 0) === 0);

/** Cases between two reports of progress. */
const BATCH = 100;
/** How long a violation is cut down. */
const SHRINK_MS = 60_000;

/** Plays cases until so many incidents were opened, or an invariant breaks. */
export const prove = async (
  flow: HostileFlow,
  wanted: { readonly incidents: number; readonly seed: number },
  onProgress: (proof: Proof) => void = () => undefined,
): Promise<Proof> => {
  const counts: Counts = {};
  let [cases, incidents] = [0, 0];
  const proofWith = (violation?: Violation): Proof => ({ cases, incidents, counts, violation });
  for (let batch = 0; incidents < wanted.incidents; batch += 1) {
    const seed = wanted.seed + batch * 1_000_003;
    const property = fc.asyncProperty(hostileCase, async (hostile) => {
      const judgement = await checkCase(flow, hostile);
      cases += 1;
      incidents += judgement.incidents;
      addCounts(counts, judgement.counts);
      return judgement.broken === undefined;
    });
    const run = await fc.check(property, { seed, numRuns: BATCH, endOnFailure: true });
    if (run.failed) return proofWith(await cutDown(flow, seed, run.counterexamplePath ?? '0'));
    onProgress(proofWith());
  }
  return proofWith();
};

/** Looks for a smaller case that breaks an invariant too. */
const cutDown = async (flow: HostileFlow, seed: number, path: string): Promise<Violation> => {
  const property = fc.asyncProperty(
    hostileCase,
    async (hostile) => (await checkCase(flow, hostile)).broken === undefined,
  );
  const run = await fc.check(property, { seed, path, interruptAfterTimeLimit: SHRINK_MS });
  const [hostile] = run.counterexample ?? fc.sample(hostileCase, { seed, path, numRuns: 1 });
  if (hostile === undefined)
    throw new InputError(`seed ${seed}`, `leads to no case at ${path}`, 'a path of this generator');
  const broken = (await checkCase(flow, hostile)).broken ?? {
    invariant: 'a case comes out the same twice',
    fault: 'it did not',
  };
  return { ...broken, seed, path: run.counterexamplePath ?? path, case: hostile };
};
