/** One dimension of capacity before and after a change: vCPUs, MiB, instances. */
export interface Dimension {
  readonly before: number;
  readonly after: number;
}

/** Capacity taken away over the worst dimension, in % of what is there, rounded up; 0 when nothing shrinks. */
export const cutPercent = (...dimensions: readonly Dimension[]): number =>
  Math.max(...dimensions.map(({ before, after }) => percentOf(before - after, before)));

/** Capacity added over the largest dimension, in % of what is there, rounded up; 0 when nothing grows. */
export const growPercent = (...dimensions: readonly Dimension[]): number =>
  Math.max(...dimensions.map(({ before, after }) => percentOf(after - before, before)));

/** A share in %, rounded up, never negative. From nothing, each unit added counts as 100 %. */
export const percentOf = (part: number, whole: number): number =>
  Math.ceil((Math.max(part, 0) * 100) / Math.max(whole, 1));

/**
 * Peak use in % of the capacity after the change. An unknown peak counts as full when something shrinks,
 * and no capacity at all is full too; an unknown peak of something that only grows is no concern.
 */
export const peakUsePercentAfter = (peak: number | null, { before, after }: Dimension, shrinks: boolean): number => {
  if (after === 0) return 100;
  if (peak === null) return shrinks ? 100 : 0;
  return Math.ceil((peak * before) / after);
};
