/** The middle of several rounds, and how far rounds usually are from it. */
export interface Spread {
  readonly median: number;
  /** Median absolute deviation: one outlier on a busy machine changes neither. */
  readonly noise: number;
}

/** The median; of an even number of values, the mean of the two in the middle. */
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.slice(Math.floor((sorted.length - 1) / 2), Math.floor(sorted.length / 2) + 1);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
};

/** Median and noise of the rounds of one figure. */
export const spreadOf = (rounds: readonly number[]): Spread => {
  const middle = median(rounds);
  return { median: middle, noise: median(rounds.map((value) => Math.abs(value - middle))) };
};
