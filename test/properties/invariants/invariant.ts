import type { Played } from '../play.ts';

/** A promise of the kernel, as a predicate over what really happened. Says what is wrong; nothing when it holds. */
export interface Invariant {
  readonly name: string;
  readonly fault: (played: Played) => string | undefined;
}

/** The first fault among many things to look at. */
export const firstFault = <T>(things: Iterable<T>, fault: (thing: T) => string | undefined): string | undefined => {
  for (const thing of things) {
    const found = fault(thing);
    if (found !== undefined) return found;
  }
  return undefined;
};
