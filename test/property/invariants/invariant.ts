import type { CounterName } from '../counters.ts';
import type { PlayedCase } from '../play.ts';

/** A promise of the kernel, as a predicate over what really happened. Says what is wrong; nothing when it holds. */
export interface Invariant {
  readonly name: string;
  /** Counters that say how often it was put to the test; each must be above zero in a proof. */
  readonly exercisedBy: readonly CounterName[];
  readonly fault: (played: PlayedCase) => string | undefined;
}

/** The first fault among many things to look at. */
export const firstFault = <T>(things: Iterable<T>, fault: (thing: T) => string | undefined): string | undefined => {
  for (const thing of things) {
    const found = fault(thing);
    if (found !== undefined) return found;
  }
  return undefined;
};
