import type { FoundDifference } from './pair.ts';

/** A difference that stays, and why. */
export interface KnownDifference {
  /** In what it is found. */
  readonly in: RegExp;
  readonly path: RegExp;
  readonly reason: string;
}

/** What the simulator answers otherwise on purpose. A line whose difference is gone fails. */
export const KNOWN: readonly KnownDifference[] = [];

/** Whether a line is about a difference. */
export const isKnown = (line: KnownDifference, found: FoundDifference): boolean =>
  line.in.test(found.in) && line.path.test(found.path);
