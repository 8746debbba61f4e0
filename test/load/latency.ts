import type { Durations } from './trace-meter.ts';

/** Three percentiles, in seconds. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** Percentiles of durations: in real time on this machine, and by the incidents' own clocks. */
export interface LatencySummary {
  readonly count: number;
  readonly wall: Percentiles;
  readonly clock: Percentiles;
}

/** The value below which that share of all values lies (nearest rank). */
export const percentile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
};

const percentilesOf = (milliseconds: readonly number[]): Percentiles => {
  const at = (share: number): number => Math.round(percentile(milliseconds, share) / 100) / 10;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
};

/** Computes the percentiles. */
export const latencySummary = ({ wall, clock }: Durations): LatencySummary => ({
  count: wall.length,
  wall: percentilesOf(wall),
  clock: percentilesOf(clock),
});
