import type { Conclusion } from '../../contracts/conclusion.ts';
import type { EventData, TraceEvent } from '../../contracts/events.ts';
import { allOf } from '../../kernel/trace/queries.ts';
import { followsFrom, intervalOf, kindOf, type Operand } from './arithmetic.ts';
import { clockTimesIn, momentsIn } from './number-names.ts';
import { cited, commonSources, evidenceSources, together, type SourceNumber, type Sources } from './number-sources.ts';
import { quantitiesIn, type Quantity } from './quantities.ts';

/** A number of a conclusion that stands nowhere in what the model read. Statement 0 is the summary, 1 the first claim. */
type UnsupportedNumber = NonNullable<EventData<'conclusion.reviewed'>['numbersNotFound']>[number];

export const NUMBERS_IN_EVIDENCE = 'numbers_in_evidence';

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
const valuesOf = (source: SourceNumber, claim: Quantity): number[] => {
  if (isPlain(source) && source.per === undefined) return readings(source, claim);
  if (claim.dimension === undefined) return [source.written];
  if (claim.dimension === 'percent' && source.dimension === 'ratio') return [source.written * 100];
  if (claim.dimension === 'ratio' && source.dimension === 'percent') return [source.written / 100];
  if (claim.dimension !== source.dimension && !(isPlain(claim) && isPlain(source))) return [];
  const values = sameUnit(source, claim);
  if (claim.per !== undefined && source.per === undefined && claim.dimension === 'money')
    return [...values, ...values.flatMap((value) => [HOUR, MONTH].map((time) => (value / time) * (claim.per ?? time)))];
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
const supportOf = (
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

/** A number without a unit has that of any other in its statement: "44,800 requests a minute instead of 20,400". */
const operandsOf = (support: Quantity, all: readonly Quantity[]): Operand[] => {
  const others = support.dimension === undefined ? all.filter(({ dimension }) => dimension !== 'ratio') : [];
  const units = new Map(others.map((one) => [`${kindOf(one)} ${one.factors.join()} ${one.per ?? ''}`, one]));
  return [
    intervalOf(support),
    ...[...units.values()].map(({ dimension, factors, per }) => intervalOf({ ...support, dimension, factors, per })),
  ];
};

/** Clock times that the sources have too: their differences are times. */
const timesOf = (statement: string, { text }: Sources): Operand[] =>
  clockTimesIn(statement)
    .filter((time) => text.includes(time.text))
    .map(({ seconds, exact }) => ({ kind: 'time', low: seconds, high: seconds + (exact ? 1 : 59) }));

/** More moments than these are a log, in which any duration is found between some two lines. */
const MOST_MOMENTS = 24;
/** "About 50 s" lies between some two of them, too. */
const PRECISE = 0.03;

/** Whether a time lies between two moments of the sources. */
const liesBetween = (claim: Quantity, moments: readonly number[]): boolean =>
  claim.dimension === 'time' &&
  claim.high - claim.low < PRECISE * claim.written &&
  moments.length <= MOST_MOMENTS &&
  moments.some((from) => moments.some((to) => to > from && fits(claim, (to - from) / (claim.factors[0] ?? 1))));

/** From so many digits on, a sum or difference that agrees is no accident. */
const TELLING_DIGITS = 4;
const LONGEST_SUM = 60;

/** Whether a number is the total of neighbours in one answer, or the sum or difference of two numbers in it. */
const isTotal = (claim: Quantity, pieces: Sources['pieces']): boolean => {
  const digits = claim.text.replace(/\D/g, '').replace(/^0+|0+$/g, '').length;
  if (digits < TELLING_DIGITS || !isPlain(claim)) return false;
  return pieces.some((piece) => {
    const values = piece.filter(isPlain).map(({ written }) => written);
    return values.some((first, at) => {
      let total = first;
      return values.slice(at + 1, at + LONGEST_SUM).some((next) => {
        total += next;
        return fits(claim, total) || fits(claim, first + next) || fits(claim, Math.abs(first - next));
      });
    });
  });
};

interface Checked {
  readonly supported: readonly Quantity[];
  readonly unsupported: readonly Quantity[];
}

/** Checks the numbers of one statement. Those that agree with a source can explain the others. */
const check = (statement: string, sources: Sources): Checked => {
  const quantities = quantitiesIn(statement);
  const direct = quantities.map((one) => ({ one, support: supportOf(one, sources.numbers, quantities) }));
  const moments = momentsIn(sources.text);
  const first = direct.map(({ one, support }) => ({
    one,
    operand: support ?? (isTotal(one, sources.pieces) || liesBetween(one, moments) ? one : undefined),
  }));
  let operands = [
    ...first.flatMap(({ operand }) => (operand === undefined ? [] : operandsOf(operand, quantities))),
    ...timesOf(statement, sources),
  ];
  const passed = new Set(first.filter(({ operand }) => operand !== undefined).map(({ one }) => one));
  // What follows from others can explain a third: so many more, so many percent, so much a month.
  for (let round = 0; round < 3; round++) {
    const follow = quantities.filter((one) => !passed.has(one) && followsFrom(one, operands));
    for (const one of follow) passed.add(one);
    operands = [...operands, ...follow.map(intervalOf)];
  }
  return {
    supported: quantities.filter((one) => passed.has(one)),
    unsupported: quantities.filter((one) => one.isMeasured && !one.isSmall && !passed.has(one)),
  };
};

/** The numbers of a conclusion that stand neither in what it cites nor in alarm, plans, facts or verification. */
export const unsupportedNumbers = (
  events: readonly TraceEvent[],
  { summary, claims }: Pick<Conclusion, 'summary' | 'claims'>,
): UnsupportedNumber[] => {
  const common = commonSources(events);
  const evidence = evidenceSources(events);
  const checked = claims.map((claim) => check(claim.text, together([common, ...cited(evidence, [claim])])));
  const inClaims: Sources = { numbers: checked.flatMap(({ supported }) => supported), text: '', pieces: [] };
  const whole = check(summary, together([common, ...cited(evidence, claims), inClaims]));
  return [whole, ...checked].flatMap(({ unsupported }, statement) =>
    unsupported.map(({ text }) => ({ statement, number: text })),
  );
};

const MOST_NAMED = 20;

/** What the model reads about such numbers; undefined if there are none. */
export const faultOfNumbers = (found: readonly UnsupportedNumber[]): string | undefined => {
  if (found.length === 0) return undefined;
  const named = found
    .slice(0, MOST_NAMED)
    .map(({ statement, number }) => `"${number}" in ${statement === 0 ? 'the summary' : `claim ${statement}`}`);
  const more = found.length > MOST_NAMED ? ` and ${found.length - MOST_NAMED} more` : '';
  return (
    `Not found in the cited evidence, alarm, plans, facts or verification: ${named.join(', ')}${more}. ` +
    'Correct each number, cite the evidence that it is from, name in the same statement the numbers that it is computed from, or leave it out. ' +
    'You are asked once: what is left is marked as not found.'
  );
};

/** Whether a conclusion of this incident was sent back for its numbers before. */
export const wereNumbersSentBack = (events: readonly TraceEvent[]): boolean =>
  allOf(events, 'conclusion.reviewed').some(({ data }) =>
    data.verdicts.some(({ verifier, holds }) => verifier === NUMBERS_IN_EVIDENCE && !holds),
  );
