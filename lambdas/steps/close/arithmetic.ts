import type { Quantity } from './quantities.ts';
import type { Interval } from './specificity.ts';

/** What two numbers say together: difference, sum, product, ratio, share, percent change. Intervals, because all are rounded. */

/** What the true value may be, in the base unit of its kind. */
export interface Operand extends Interval {
  readonly kind: string;
  /** How it was computed, if it was. */
  readonly how?: How;
}

export type How = 'difference' | 'sum' | 'product' | 'quotient' | 'share' | 'change';

const RATE = ' per time';

/** Numbers of one kind may be added and divided. */
export const kindOf = ({ dimension = 'count', per }: Quantity): string =>
  per === undefined ? dimension : `${dimension}${RATE}`;

/** The interval of a number in the base unit. */
export const intervalOf = (one: Quantity): Operand => {
  const scale = (one.factors[0] ?? 1) / (one.per ?? 1);
  return { kind: kindOf(one), low: one.low * scale, high: one.high * scale };
};

export const overlap = (a: Interval, b: Interval): boolean => {
  const slack = 1e-9 * Math.max(Math.abs(a.high), Math.abs(b.high));
  return a.low <= b.high + slack && b.low <= a.high + slack;
};

const scaled = ({ low, high }: Interval, by: number, plus = 0): Interval => ({
  low: low * by + plus,
  high: high * by + plus,
});

/** The distance from zero, as reports of a change leave out its sign. */
const size = ({ low, high }: Interval): Interval =>
  low >= 0 ? { low, high } : high <= 0 ? { low: -high, high: -low } : { low: 0, high: Math.max(-low, high) };

const minus = (a: Interval, b: Interval): Interval => size({ low: a.low - b.high, high: a.high - b.low });
export const plus = (a: Interval, b: Interval): Interval => ({ low: a.low + b.low, high: a.high + b.high });
const product = (a: Interval, b: Interval): Interval => ({ low: a.low * b.low, high: a.high * b.high });
const over = (a: Interval, b: Interval): Interval[] =>
  b.low > 0 ? [{ low: a.low / b.high, high: a.high / b.low }] : [];

const of = (kind: string, how: How, all: readonly Interval[]): Operand[] =>
  all.map(({ low, high }) => ({ kind, low, high, how }));

/** Two numbers of one kind. */
const alike = (a: Operand, b: Operand): Operand[] => {
  const ratio = over(a, b);
  const isCount = a.kind === 'count';
  const share = ratio.map((one) => scaled(one, 100));
  const change = ratio.map((one) => size(scaled(one, 100, -100)));
  return [
    ...of(a.kind, 'difference', [minus(a, b)]),
    ...of(a.kind, 'sum', [plus(a, b)]),
    ...of('ratio', 'quotient', ratio),
    ...of('percent', 'share', share),
    ...of('percent', 'change', change),
    ...(isCount ? [...of('count', 'product', [product(a, b)]), ...of('count', 'quotient', ratio)] : []),
  ];
};

/** What they say together, the first divided by the second where they are divided. */
export const resultsOf = (a: Operand, b: Operand): Operand[] => {
  if (a.kind === b.kind) return alike(a, b);
  if (b.kind === 'count' || b.kind === 'ratio')
    return [...of(a.kind, 'product', [product(a, b)]), ...of(a.kind, 'quotient', over(a, b))];
  if (b.kind === 'percent') return of(a.kind, 'product', [scaled(product(a, b), 0.01)]);
  if (b.kind === 'time' && a.kind.endsWith(RATE)) return of(a.kind.slice(0, -RATE.length), 'product', [product(a, b)]);
  if (b.kind === 'time') return of(`${a.kind}${RATE}`, 'quotient', over(a, b));
  return b.kind === `${a.kind}${RATE}` ? of('time', 'quotient', over(a, b)) : [];
};
