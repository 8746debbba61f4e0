import type { Quantity } from './quantities.ts';

/** Whether a number follows from others of the same statement: difference, sum, ratio, share or percent change. Intervals, because all are rounded. */

/** What the true value may be, in the base unit of its kind. */
export interface Operand {
  readonly kind: string;
  readonly low: number;
  readonly high: number;
}

/** Numbers of one kind may be added and divided. */
export const kindOf = ({ dimension = 'count', per }: Quantity): string =>
  per === undefined ? dimension : `${dimension} per time`;

/** The interval of a number in the base unit. */
export const intervalOf = (one: Quantity): Operand => {
  const scale = (one.factors[0] ?? 1) / (one.per ?? 1);
  return { kind: kindOf(one), low: one.low * scale, high: one.high * scale };
};

interface Interval {
  readonly low: number;
  readonly high: number;
}

const overlap = (a: Interval, b: Interval): boolean => {
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
const plus = (a: Interval, b: Interval): Interval => ({ low: a.low + b.low, high: a.high + b.high });
const product = (a: Interval, b: Interval): Interval => ({ low: a.low * b.low, high: a.high * b.high });
const over = (a: Interval, b: Interval): Interval | undefined =>
  b.low > 0 ? { low: a.low / b.high, high: a.high / b.low } : undefined;

/** What two numbers say together about one of the kind that is asked for. */
const resultsOf = (kind: string, a: Operand, b: Operand): Interval[] => {
  if (a.kind !== b.kind) {
    if (a.kind === 'count' && kind === b.kind) return [product(a, b)];
    const rate = b.kind === 'time' && kind === `${a.kind} per time` ? over(a, b) : undefined;
    return rate === undefined ? [] : [rate];
  }
  const results = kind === a.kind ? [minus(a, b), plus(a, b)] : [];
  if (kind === 'count' && a.kind === 'count') results.push(product(a, b));
  const ratio = over(a, b);
  if (ratio === undefined) return results;
  if (kind === 'percent') results.push(scaled(ratio, 100), size(scaled(ratio, 100, -100)));
  if (kind === 'ratio' || kind === 'count') results.push(ratio);
  return results;
};

/** Nobody computes with more numbers in one statement. */
const MOST_OPERANDS = 40;

/** Whether a number follows from these. */
export const followsFrom = (one: Quantity, all: readonly Operand[]): boolean => {
  const wanted = intervalOf(one);
  const operands = all.slice(0, MOST_OPERANDS);
  const alike = operands.filter(({ kind }) => kind === wanted.kind);
  const total = alike.reduce<Interval>(plus, { low: 0, high: 0 });
  if (alike.length > 2 && overlap(wanted, total)) return true;
  if (alike.some((a) => overlap(wanted, a))) return true;
  return operands.some((a) =>
    operands.some((b) => a !== b && resultsOf(wanted.kind, a, b).some((result) => overlap(wanted, result))),
  );
};
