import type { Conclusion } from '../../contracts/conclusion.ts';
import type { EventData, TraceEvent } from '../../contracts/events.ts';
import { allOf } from '../../kernel/trace/queries.ts';
import { intervalOf, kindOf, type Operand } from './arithmetic.ts';
import { derivationOf } from './explain.ts';
import { clockTimesIn } from './number-names.ts';
import { cited, commonSources, evidenceSources, together, type Sources } from './number-sources.ts';
import { supportOf } from './readings.ts';
import { isReading } from './wording.ts';
import { quantitiesIn, readable, type Quantity } from './quantities.ts';

/** A number of a conclusion that stands nowhere in what the model read. Statement 0 is the summary, 1 the first claim. */
type UnsupportedNumber = NonNullable<EventData<'conclusion.reviewed'>['numbersNotFound']>[number];

export const NUMBERS_IN_EVIDENCE = 'numbers_in_evidence';

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

interface Checked {
  readonly supported: readonly Quantity[];
  readonly unsupported: readonly Quantity[];
}

/** Checks the numbers of one statement. Those that agree with a source can explain the others. */
const check = (statement: string, sources: Sources): Checked => {
  const text = readable(statement);
  const quantities = quantitiesIn(statement);
  const operands = new Map<Quantity, Operand[]>();
  for (const one of quantities) {
    const support = supportOf(one, sources.numbers, quantities);
    if (support !== undefined) operands.set(one, operandsOf(support, quantities));
  }
  const times = timesOf(statement, sources);
  const small = quantities.filter((one) => one.isSmall && !operands.has(one)).map((one) => operandsOf(one, quantities));
  // What follows from others can explain a third: so many more, so many percent, so much a month.
  for (let round = 0; round < 3; round++)
    for (const claim of quantities.filter((one) => !operands.has(one))) {
      const name = derivationOf({
        statement: text,
        all: quantities,
        claim,
        stated: [...small, ...operands.values()].flat(),
        times,
        pieces: sources.pieces,
      });
      if (name !== undefined) operands.set(claim, operandsOf(claim, quantities));
    }
  return {
    supported: quantities.filter((one) => operands.has(one)),
    unsupported: quantities.filter(
      (one) => (one.isMeasured || isReading(text, one)) && !one.isSmall && !operands.has(one),
    ),
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
