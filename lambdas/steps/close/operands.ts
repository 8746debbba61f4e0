import { intervalOf, kindOf, type Operand } from './arithmetic.ts';
import { pairsOf } from './combinations.ts';
import type { Piece, SourceNumber } from './number-sources.ts';
import type { Quantity } from './quantities.ts';
import { valuesOf } from './readings.ts';

/** The numbers that one number of a statement may be computed from. */

/** What one number of a statement may be computed from. */
export interface Given {
  readonly statement: string;
  /** All numbers of the statement. */
  readonly all: readonly Quantity[];
  readonly claim: Quantity;
  /** The other numbers of the statement, as far as they are explained. */
  readonly stated: readonly Operand[];
  /** The clock times of the statement that the sources have too. */
  readonly times: readonly Operand[];
  readonly pieces: readonly Piece[];
}

const scaleOf = ({ factors, per }: Quantity): number => (factors[0] ?? 1) / (per ?? 1);

/** What a number of a source may be beside this claim: in its own unit, or in that of a number of the statement. */
const operandsOf = (source: SourceNumber, { claim, all }: Given): Operand[] => {
  const compared = claim.dimension === 'ratio' || claim.dimension === 'percent' ? all : [];
  const units = new Map([claim, ...compared].map((one) => [`${kindOf(one)} ${scaleOf(one)}`, one]));
  const read = [...units.values()].flatMap((one) =>
    one.dimension === undefined || one.dimension === 'ratio'
      ? []
      : valuesOf(source, one).map((value) => ({
          kind: kindOf(one),
          low: value * scaleOf(one),
          high: value * scaleOf(one),
        })),
  );
  const own = source.factors.map((factor) => (source.written * factor) / (source.per ?? 1));
  const every = [...own.map((value) => ({ kind: kindOf(source), low: value, high: value })), ...read];
  return [...new Map(every.map((one) => [`${one.kind} ${one.low.toPrecision(9)}`, one])).values()];
};

/** In longer evidence any number can be computed from some others, so its rest is left out. */
const LONGEST = 120;
const first = ({ pieces }: Given): SourceNumber[] => pieces.flatMap(({ lines }) => lines.slice(0, LONGEST).flat());

/** The numbers of one sort: of one line, or in one place of several lines. */
const groups = (pieces: readonly Piece[]): readonly (readonly SourceNumber[])[] => {
  const columns = new Map<string, SourceNumber[]>();
  for (const piece of pieces)
    for (const [name, column] of piece.columns) columns.set(name, [...(columns.get(name) ?? []), ...column]);
  return [...pieces.flatMap(({ lines }) => lines), ...columns.values()]
    .filter(({ length }) => length > 1 && length <= LONGEST)
    .slice(0, LONGEST);
};

/** Each group once in every unit that it may be in. */
export const grouped = (given: Given): Operand[][] =>
  groups(given.pieces).flatMap((group) => {
    const read = group.map((one) => operandsOf(one, given));
    const most = Math.max(...read.map(({ length }) => length));
    return Array.from({ length: most }, (_, at) => read.flatMap((all) => all[at] ?? all[0] ?? []));
  });

/** First, last, lowest and highest. */
export const extremes = (group: readonly Operand[]): Operand[] => {
  const [start, last] = [group.at(0), group.at(-1)];
  if (start === undefined || last === undefined) return [];
  const alike = group.filter(({ kind }) => kind === start.kind).sort((a, b) => a.low - b.low);
  return [...new Set([start, last, alike.at(0), alike.at(-1)])].flatMap((one) => one ?? []);
};

export const evidence = (given: Given): Operand[] => first(given).flatMap((one) => operandsOf(one, given));

/** What is bought: pieces that the statement names, or the difference of two. A GiB is a piece, too. */
export const amounts = ({ stated, all }: Given): Operand[] => {
  const written = all
    .filter(({ dimension }) => dimension === 'bytes' || dimension === 'count')
    .map(({ low, high }) => ({ kind: 'count', low, high }));
  const known = [...stated.filter(({ kind }) => kind === 'count' || kind === 'ratio'), ...written];
  return [...known, ...pairsOf(known).filter(({ how, kind }) => how === 'difference' && kind === 'count')];
};

export const prices = (given: Given): Operand[] =>
  first(given).flatMap((one) => (one.dimension === 'money' ? operandsOf(one, given) : []));

/** What may be a part of a whole. */
export const parts = (given: Given): Operand[] =>
  first(given).flatMap((one) => (one.dimension === undefined || one.dimension === 'count' ? [intervalOf(one)] : []));

/** The largest number of the statement and of the evidence. */
export const wholes = (given: Given): Operand[] => {
  const largest = (all: readonly Operand[]): Operand[] =>
    all
      .filter(({ kind }) => kind === 'count')
      .sort((a, b) => b.high - a.high)
      .slice(0, 1);
  return [...largest(given.stated), ...largest(parts(given))];
};

/** The times between moments. */
export const spans = (from: readonly Operand[], to: readonly Operand[]): Operand[] =>
  from.flatMap((a) =>
    to.map((b) => {
      const way = [Math.abs(a.low - b.high), Math.abs(a.high - b.low)];
      return { kind: 'time', low: Math.min(...way), high: Math.max(...way) };
    }),
  );

/** The moments of each piece of evidence. */
export const moments = (pieces: readonly Piece[]): Operand[][] =>
  pieces.map((piece) => piece.moments.slice(0, LONGEST).map((at) => ({ kind: 'time', low: at, high: at })));
