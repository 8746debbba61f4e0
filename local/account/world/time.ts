import * as z from 'zod';
import { BOUNDS } from './bounds.ts';

const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A time relative to the world's `now`. */
export const Offset = z
  .string({ error: 'a time relative to now, such as -15m, -2h, -3d, +30s or now' })
  .regex(/^(now|[+-]\d+(\.\d+)?[smhd])$/, 'a time relative to now, such as -15m, -2h, -3d, +30s or now')
  .refine((offset) => Math.abs(offsetMs(offset)) <= BOUNDS.days * UNITS.d, `at most ${BOUNDS.days} days from now`)
  .describe('A time relative to the now of the world: -15m, -2h, -3d, +30s, now.');

/** A number that a metric or a threshold may have. */
export const Amount = z.number().min(-BOUNDS.value).max(BOUNDS.value);

/** A number, or numbers by time: each entry applies from its time on, the first one also before. */
export const TimeSeries = z
  .union([Amount, z.record(Offset, Amount)], {
    error: `a number up to ${BOUNDS.value}, or numbers by the time they start, such as { -14d: 0.8, -12m: 2.9 }`,
  })
  .describe('A number, or numbers by the time they start, e.g. { -14d: 0.8, -12m: 2.9 }.');
export type TimeSeries = z.infer<typeof TimeSeries>;

/** The same with gaps: null is no data from that time on. */
export const TimeSeriesWithGaps = z
  .union([Amount, z.record(Offset, Amount.nullable())], {
    error: `a number up to ${BOUNDS.value}, or numbers by the time they start, null for a gap, such as { -14d: 0.8, -12m: null, -3m: 2.9 }`,
  })
  .describe('A number, or numbers by the time they start, null for a gap, e.g. { -14d: 0.8, -12m: null, -3m: 2.9 }.');
export type TimeSeriesWithGaps = z.infer<typeof TimeSeriesWithGaps>;

/** An offset in milliseconds. */
export const offsetMs = (offset: string): number => {
  const [, amount, unit] = /^([+-]\d+(?:\.\d+)?)([smhd])$/.exec(offset) ?? [];
  if (unit !== 's' && unit !== 'm' && unit !== 'h' && unit !== 'd') return 0;
  return Number(amount) * UNITS[unit];
};

interface Point {
  readonly at: number;
  /** Null from the start of a gap on. */
  readonly value: number | null;
}
/** A series is parsed once and read for every minute of two weeks. */
const read = new WeakMap<object, readonly Point[]>();

const pointsOf = (series: Readonly<Record<string, number | null>>): readonly Point[] => {
  const known = read.get(series);
  if (known !== undefined) return known;
  const points = Object.entries(series)
    .map(([offset, value]) => ({ at: offsetMs(offset), value }))
    .sort((a, b) => a.at - b.at);
  read.set(series, points);
  return points;
};

/** The value of a series at a distance from now. */
export const valueAt = (series: TimeSeries, milliseconds: number): number => knownValueAt(series, milliseconds) ?? 0;

/** The value of a series with gaps at a distance from now; undefined in a gap. */
export const knownValueAt = (series: TimeSeriesWithGaps, milliseconds: number): number | undefined => {
  if (typeof series === 'number') return series;
  const points = pointsOf(series);
  return (points.findLast((point) => point.at <= milliseconds) ?? points[0])?.value ?? undefined;
};
