/**
 * How much a match says. Many numbers combined in many ways match any number, so a derivation may explain a number only
 * where it would explain few wrong ones.
 */

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** A wrong number is this many times the right one: 10 to 60 % beside it. */
const WRONG: readonly Interval[] = [
  { low: 0.4, high: 0.9 },
  { low: 1.1, high: 1.6 },
];
const WIDTH = WRONG.reduce((sum, { low, high }) => sum + high - low, 0);

/** The part of all wrong numbers near this one that the candidates would explain as well, from 0 to 1. */
export const partExplained = (claim: Interval, candidates: readonly Interval[]): number => {
  const factors = candidates
    .map(({ low, high }) => ({ low: low / claim.high, high: high / claim.low }))
    .filter(({ low, high }) => low < 1.6 && high > 0.4)
    .sort((a, b) => a.low - b.low);
  let [covered, until] = [0, 0];
  for (const { low, high } of factors) {
    const from = Math.max(low, until);
    for (const wrong of WRONG) covered += Math.max(0, Math.min(high, wrong.high) - Math.max(from, wrong.low));
    until = Math.max(until, high);
  }
  return covered / WIDTH;
};
