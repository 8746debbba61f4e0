/** One dimension of capacity before and after a change: vCPUs, MiB, instances. */
export interface Dimension {
  readonly before: number;
  readonly after: number;
}

/** The largest decrease of any dimension, in % of its current capacity, rounded up; 0 if nothing shrinks. */
export const cutPercent = (...dimensions: readonly Dimension[]): number =>
  Math.max(...dimensions.map(({ before, after }) => percentOf(before - after, before)));

/** The largest increase of any dimension, in % of its current capacity, rounded up; 0 if nothing grows. */
export const growPercent = (...dimensions: readonly Dimension[]): number =>
  Math.max(...dimensions.map(({ before, after }) => percentOf(after - before, before)));

/** A share in %, rounded up, never negative. If the whole is 0, each unit counts as 100 %. */
export const percentOf = (part: number, whole: number): number =>
  Math.ceil((Math.max(part, 0) * 100) / Math.max(whole, 1));

/**
 * Peak use in % of the capacity after the change. An unknown peak counts as 100 % if something shrinks and as 0 % if it
 * only grows. No capacity at all counts as 100 %.
 */
export const peakUsePercentAfter = (peak: number | null, { before, after }: Dimension, shrinks: boolean): number => {
  if (after === 0) return 100;
  if (peak === null) return shrinks ? 100 : 0;
  return Math.ceil((peak * before) / after);
};
