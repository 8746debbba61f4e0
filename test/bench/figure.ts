import { createHash } from 'node:crypto';

/** One measured figure. */
export interface Figure {
  readonly name: string;
  /** The value as text, with its unit. */
  readonly measured: string;
  /** For comparison between machines: milliseconds in calibration units, or kilobytes. Smaller is better. */
  readonly relative: number;
}

/** The median, which a single outlier on a busy machine does not change. */
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};

/** Milliseconds that `work` takes. */
export const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const started = performance.now();
  await work();
  return performance.now() - started;
};

/** A duration as a figure. */
export const timeFigure = (name: string, milliseconds: number, unit: number): Figure => ({
  name,
  measured: `${milliseconds.toFixed(2)} ms`,
  relative: milliseconds / unit,
});

/** Milliseconds that this machine takes for 20,000 SHA-256 hashes of 1 KiB, the median of five runs: the calibration unit. */
export const calibrate = (): number => {
  const block = Buffer.alloc(1024, 7);
  const once = (): number => {
    const started = performance.now();
    for (let round = 0; round < 20_000; round += 1) createHash('sha256').update(block).digest();
    return performance.now() - started;
  };
  return median([once(), once(), once(), once(), once()]);
};
