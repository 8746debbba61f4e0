import { createHash } from 'node:crypto';

/** One measured figure. */
export interface Figure {
  readonly name: string;
  /** For people, with its unit. */
  readonly measured: string;
  /** For comparison over machines: milliseconds in calibration units, or plain kilobytes. Smaller is better. */
  readonly relative: number;
}

/** The middle of several measurements: robust against the one that a busy machine spoiled. */
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};

/** Milliseconds that a piece of work takes. */
export const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const started = performance.now();
  await work();
  return performance.now() - started;
};

/** A figure of time. */
export const timeFigure = (name: string, milliseconds: number, unit: number): Figure => ({
  name,
  measured: `${milliseconds.toFixed(2)} ms`,
  relative: milliseconds / unit,
});

/** Milliseconds that this machine takes for a fixed piece of work: 20,000 SHA-256 over 1 KiB, the middle of five. */
export const calibrate = (): number => {
  const block = Buffer.alloc(1024, 7);
  const once = (): number => {
    const started = performance.now();
    for (let round = 0; round < 20_000; round += 1) createHash('sha256').update(block).digest();
    return performance.now() - started;
  };
  return median([once(), once(), once(), once(), once()]);
};
