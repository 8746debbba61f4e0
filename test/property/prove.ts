import { setTimeout } from 'node:timers/promises';
import * as fc from 'fast-check';
import { InputError } from '../../lambdas/contracts/errors.ts';
import type { HostileCase } from './case/case.ts';
import { addCounts, countsOf, type Counts } from './counters.ts';
import { hostileCases } from './case/generate.ts';
import { INVARIANTS } from './invariants/all.ts';
import type { CaseRun, CaseFlow } from './flow.ts';

/** The smallest case found that breaks an invariant. */
interface Violation {
  readonly invariant: string;
  readonly fault: string;
  /** With `path`, finds the case again as long as the generator does not change. */
  readonly seed: number;
  readonly path: string;
  readonly case: HostileCase;
}

/** The result of many cases. */
export interface Proof {
  readonly cases: number;
  readonly incidents: number;
  readonly counts: Counts;
  readonly violation: Violation | undefined;
}

/** The result of one case. */
export interface CaseResult {
  readonly broken: Pick<Violation, 'invariant' | 'fault'> | undefined;
  readonly incidents: number;
  readonly counts: Counts;
}

/** Far longer than any case needs. */
const CASE_TIMEOUT_MS = 30_000;

/** Runs a case and checks every invariant. */
export const checkCase = async (flow: CaseFlow, testCase: HostileCase): Promise<CaseResult> => {
  const done = new AbortController();
  const run = await Promise.race([flow.run(testCase), setTimeout(CASE_TIMEOUT_MS, undefined, { signal: done.signal })]);
  done.abort();
  if (run === undefined)
    return {
      broken: { invariant: 'every case comes to an end', fault: 'it stopped half-way' },
      incidents: 0,
      counts: {},
    };
  return { broken: violationIn(run), incidents: run.traces.size, counts: countsOf(run) };
};

/** The first invariant that is broken. */
const violationIn = (run: CaseRun): CaseResult['broken'] => {
  for (const { name, fault } of INVARIANTS) {
    const found = fault(run);
    if (found !== undefined) return { invariant: name, fault: found };
  }
  return undefined;
};

/** Counters at zero. An invariant that relies on one of them was not tested. */
export const neverExercised = (counts: Counts): string[] =>
  [...new Set(INVARIANTS.flatMap((invariant) => invariant.exercisedBy))].filter((name) => (counts[name] ?? 0) === 0);

/** Cases between two reports of progress. */
const BATCH = 100;
const SHRINK_MS = 60_000;

/** Runs cases until enough incidents were opened, or an invariant breaks. */
export const prove = async (
  flow: CaseFlow,
  wanted: { readonly incidents: number; readonly seed: number },
  onProgress: (proof: Proof) => void = () => undefined,
): Promise<Proof> => {
  const counts: Counts = {};
  let [cases, incidents] = [0, 0];
  const proofWith = (violation?: Violation): Proof => ({ cases, incidents, counts, violation });
  for (let batch = 0; incidents < wanted.incidents; batch += 1) {
    const seed = wanted.seed + batch * 1_000_003;
    const property = fc.asyncProperty(hostileCases, async (testCase) => {
      const result = await checkCase(flow, testCase);
      cases += 1;
      incidents += result.incidents;
      addCounts(counts, result.counts);
      return result.broken === undefined;
    });
    const run = await fc.check(property, { seed, numRuns: BATCH, endOnFailure: true });
    if (run.failed) return proofWith(await shrink(flow, seed, run.counterexamplePath ?? '0'));
    onProgress(proofWith());
  }
  return proofWith();
};

/** Looks for a smaller case that still breaks an invariant. */
const shrink = async (flow: CaseFlow, seed: number, path: string): Promise<Violation> => {
  const property = fc.asyncProperty(
    hostileCases,
    async (testCase) => (await checkCase(flow, testCase)).broken === undefined,
  );
  const run = await fc.check(property, { seed, path, interruptAfterTimeLimit: SHRINK_MS });
  const [testCase] = run.counterexample ?? fc.sample(hostileCases, { seed, path, numRuns: 1 });
  if (testCase === undefined)
    throw new InputError(`seed ${seed}`, `leads to no case at ${path}`, 'a path of this generator');
  const broken = (await checkCase(flow, testCase)).broken ?? {
    invariant: 'a case gives the same result twice',
    fault: 'it did not',
  };
  return { ...broken, seed, path: run.counterexamplePath ?? path, case: testCase };
};
