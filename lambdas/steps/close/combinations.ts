import { plus, resultsOf, type Operand } from './arithmetic.ts';

/** Which numbers of a list are computed with each other. */

/** Nobody computes with more numbers at once; more of them would explain anything. */
const MOST = 60;

const bothWays = (a: Operand, b: Operand): Operand[] => [...resultsOf(a, b), ...resultsOf(b, a)];

/** What any two numbers say together. */
export const pairsOf = (all: readonly Operand[]): Operand[] => {
  const some = all.slice(0, MOST);
  return some.flatMap((a) => some.flatMap((b) => (a === b ? [] : resultsOf(a, b))));
};

/** What one number of each list says with one of the other. */
export const across = (left: readonly Operand[], right: readonly Operand[]): Operand[] =>
  left.slice(0, MOST).flatMap((a) => right.slice(0, MOST).flatMap((b) => bothWays(a, b)));

/** What each number says with the next one. */
export const consecutive = (group: readonly Operand[]): Operand[] =>
  group.slice(1).flatMap((b, at) => group.slice(at, at + 1).flatMap((a) => bothWays(a, b)));

const NEAR = 12;

/** Pairs of numbers that stand close together. */
export const neighbours = (group: readonly Operand[]): Operand[] =>
  group.flatMap((a, at) => group.slice(at + 1, at + NEAR).flatMap((b) => bothWays(a, b)));

/** Every sum of numbers that follow each other. */
export const sums = (group: readonly Operand[]): Operand[] =>
  group.flatMap((first, at) => {
    let total = first;
    return group.slice(at + 1, at + MOST).flatMap((next) => {
      if (next.kind !== first.kind) return [];
      total = { ...plus(total, next), kind: first.kind, how: 'sum' };
      return [total];
    });
  });

/** The mean of all. */
export const means = (group: readonly Operand[]): Operand[] => {
  const sum = sums(group).at(group.length - 2);
  if (sum === undefined) return [];
  return [{ kind: sum.kind, low: sum.low / group.length, high: sum.high / group.length, how: 'quotient' }];
};
