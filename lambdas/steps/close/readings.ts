import type { SourceNumber } from './number-sources.ts';
import type { Quantity } from './quantities.ts';

/** What a number of a source may say in the unit of a claim. */

const isPlain = ({ dimension }: Quantity): boolean => dimension === undefined || dimension === 'count';

const HOUR = 3600;
const MONTH = 730 * HOUR;

/** What a number without a unit may be in the unit of the claim. Metrics and logs leave the unit to their reader. */
const readings = ({ written, periods = [] }: SourceNumber, claim: Quantity): number[] => {
  const { per } = claim;
  const inUnit = (base: number): number[] => claim.factors.map((factor) => base / factor);
  const rates = (values: readonly number[], times: readonly number[]): number[] =>
    per === undefined
      ? [...values]
      : [...values, ...values.flatMap((value) => times.map((time) => (value / time) * per))];
  switch (claim.dimension) {
    case 'time':
      return [written, ...inUnit(written), ...inUnit(written / 1000)];
    case 'bytes':
      return rates([written, ...inUnit(written)], periods);
    case 'money':
      return rates([written, ...inUnit(written)], [HOUR, MONTH]);
    case 'percent':
      return written <= 1 ? [written, written * 100] : [written];
    default:
      return rates([written], periods);
  }
};

const sameUnit = (source: SourceNumber, claim: Quantity): number[] =>
  source.factors.flatMap((from) => claim.factors.map((to) => (source.written * from) / to));

/** The values that a source may have in the unit of the claim. None if it measures something else. */
export const valuesOf = (source: SourceNumber, claim: Quantity): number[] => {
  if (isPlain(source) && source.per === undefined) return readings(source, claim);
  if (claim.dimension === undefined) return [source.written];
  if (claim.dimension === 'percent' && source.dimension === 'ratio') return [source.written * 100];
  if (claim.dimension === 'ratio' && source.dimension === 'percent') return [source.written / 100];
  if (claim.dimension !== source.dimension && !(isPlain(claim) && isPlain(source))) return [];
  const values = sameUnit(source, claim);
  if (claim.per !== undefined && source.per === undefined && claim.dimension === 'money')
    return [...values, ...values.flatMap((value) => [HOUR, MONTH].map((time) => (value / time) * (claim.per ?? time)))];
  if (source.per !== undefined && claim.per === undefined && claim.dimension === 'money')
    return [...values, ...values.map((value) => (value / (source.per ?? MONTH)) * MONTH)];
  if (source.per === undefined || claim.per === undefined) return values;
  const { per } = claim;
  const bySource = source.per;
  return values.map((value) => (value / bySource) * per);
};

const fits = ({ low, high }: Quantity, value: number): boolean => {
  const slack = 1e-9 * Math.max(1e-9, Math.abs(high));
  return value >= low - slack && value <= high + slack;
};

/** What a number may really be, from the sources that it agrees with; undefined if there are none. */
export const supportOf = (
  claim: Quantity,
  numbers: readonly SourceNumber[],
  all: readonly Quantity[],
): Quantity | undefined => {
  const support = (as: Quantity): Quantity | undefined => {
    const values = numbers.flatMap((source) => valuesOf(source, as)).filter((value) => fits(as, value));
    if (values.length === 0) return undefined;
    return { ...as, low: Math.min(as.written, ...values), high: Math.max(as.written, ...values) };
  };
  const found = support(claim);
  if (found !== undefined || claim.dimension !== undefined) return found;
  const others = all.filter(({ dimension }) => dimension !== undefined && dimension !== 'ratio');
  return others
    .map(({ dimension, factors, per }) => support({ ...claim, dimension, factors, per }))
    .find((one) => one !== undefined);
};
