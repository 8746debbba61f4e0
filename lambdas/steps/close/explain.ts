import { intervalOf, kindOf, overlap, type Operand } from './arithmetic.ts';
import { DERIVATIONS } from './derivations.ts';
import type { Given } from './operands.ts';
import type { Quantity } from './quantities.ts';
import { partExplained } from './specificity.ts';
import { isReading, isSaid, TWO_STEPS } from './wording.ts';

/** Where the words of a computation are missing, its results must be so rare among all wrong numbers. */
const UNSAID = 0.03;

const isOfKind = (claim: Quantity): ((one: Operand) => boolean) => {
  const wanted = kindOf(claim);
  const kinds = wanted === 'count' || wanted === 'ratio' ? ['count', 'ratio'] : [wanted];
  return ({ kind }) => kinds.includes(kind);
};

/** Whether one of the results is the number, and few wrong numbers would be explained as well. */
const explains = (claim: Quantity, results: readonly Operand[], most: number): boolean => {
  const wanted = intervalOf(claim);
  const readings = claim.factors
    .map((factor) => factor / (claim.factors[0] ?? 1))
    .map((scale) => ({ low: wanted.low * scale, high: wanted.high * scale }));
  return (
    results.some((one) => readings.some((reading) => overlap(reading, one))) && partExplained(wanted, results) <= most
  );
};

/** Which derivation explains a number, or undefined if there is none. */
export const derivationOf = (given: Given): string | undefined => {
  const { claim, statement } = given;
  const isRead = claim.dimension !== 'time' && isReading(statement, claim);
  const isLong = TWO_STEPS.test(statement);
  return DERIVATIONS.find(({ results, most, isPlainSpoken = false, evenIfRead = false, steps = 1 }) => {
    if ((isRead && !evenIfRead) || (steps > 1 && !isLong)) return false;
    const all = results(given).filter(isOfKind(claim));
    if (isPlainSpoken) return explains(claim, all, most);
    const said = all.filter((one) => isSaid(one, given));
    return explains(claim, said, most) || (steps === 1 && explains(claim, all, UNSAID));
  })?.name;
};
