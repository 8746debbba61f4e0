import type { CaseRun } from '../flow.ts';

/** A promise of the kernel, checked on what really happened in a case. */
export interface Invariant {
  readonly name: string;
  /** Counters that show how often it was tested. In a proof each must be above zero. */
  readonly exercisedBy: readonly string[];
  /** What is wrong; undefined if the invariant holds. */
  readonly fault: (run: CaseRun) => string | undefined;
}

/** The first fault found in a list. */
export const firstFault = <T>(things: Iterable<T>, fault: (thing: T) => string | undefined): string | undefined => {
  for (const thing of things) {
    const found = fault(thing);
    if (found !== undefined) return found;
  }
  return undefined;
};
