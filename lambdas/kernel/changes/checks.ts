import type { Check } from '../../contracts/checks.ts';

/** What a check found, and why. */
export type CheckResult = Pick<Check, 'outcome' | 'reason'>;

/** One line of a table of checks. `run` returns undefined if it does not refuse and has nothing to record. */
export interface CheckRow {
  readonly check: Check['check'];
  readonly run: () => CheckResult | undefined | Promise<CheckResult | undefined>;
}

export const passed = (reason: string): CheckResult => ({ outcome: 'passed', reason });
export const refused = (reason: string): CheckResult => ({ outcome: 'refused', reason });

/** Refuses for the given reason, or passes if there is none. */
export const passedUnless = (fault: string | undefined, reason: string): CheckResult =>
  fault === undefined ? passed(reason) : refused(fault);

/** Runs checks in order, up to the first one that refuses. Returns all that is to be recorded. */
export const runChecks = async (
  rows: readonly CheckRow[],
): Promise<{ readonly checks: Check[]; readonly refusal: Check | undefined }> => {
  const checks: Check[] = [];
  for (const { check, run } of rows) {
    const result = await run();
    if (result === undefined) continue;
    const recorded = { check, ...result };
    checks.push(recorded);
    if (recorded.outcome === 'refused') return { checks, refusal: recorded };
  }
  return { checks, refusal: undefined };
};

/** A value that several checks of a table need. The first one computes it. */
export class SharedValue<T> {
  readonly #compute: () => Promise<T>;
  #value: Promise<T> | undefined;
  #known: T | undefined;

  constructor(compute: () => Promise<T>) {
    this.#compute = compute;
  }

  /** The value. Throws what computing it throws. */
  get(): Promise<T> {
    this.#value ??= this.#compute().then((value) => (this.#known = value));
    return this.#value;
  }

  /** The value if a check has computed it: a table that stopped early may not have got there. */
  get known(): T | undefined {
    return this.#known;
  }
}
