import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { ratioOf, type Figure, type Row } from './figure.ts';

/** A figure of an earlier run: a ratio or a count, because milliseconds mean nothing on another machine. */
const KeptFigure = z.strictObject({ value: z.number(), noise: z.number() });

/** The figures of an earlier run, which are committed. */
export const Kept = z.strictObject({
  /** The commit that rows 8 and 10 compare with: the state before this table was there. */
  before: z.string(),
  figures: z.record(z.string(), KeptFigure),
});
export type Kept = z.infer<typeof Kept>;

const FILE = join(import.meta.dirname, 'kept.json');

/** Noise below this share of a value is not told apart from chance, even if the rounds of one run agreed. */
const LEAST_NOISE = 0.02;

/** What is kept of a figure. */
export const keptOf = (figure: Figure): z.infer<typeof KeptFigure> => {
  const { ours, keep } = figure;
  const ratio = keep === 'value' ? undefined : ratioOf(figure);
  const scale = ratio === undefined ? 1 : ratio / ours.median;
  return { value: ours.median * scale, noise: ours.noise * scale };
};

/** The key of a figure in the file. */
const keyOf = (row: number, { name }: Pick<Figure, 'name'>): string => `${row} ${name}`;

/** How a figure compares with the kept one. */
export interface Change {
  readonly key: string;
  readonly then: number;
  readonly now: number;
  readonly change: 'worse' | 'better' | 'same';
}

/** Compares a run with the kept figures. A difference counts if it is more than the noise of both runs together. */
export const changesSince = (kept: Kept, rows: readonly Row[]): Change[] =>
  rows.flatMap(({ row, figures }) =>
    figures.flatMap((figure): Change[] => {
      const key = keyOf(row, figure);
      const then = kept.figures[key];
      if (then === undefined) return [];
      const now = keptOf(figure);
      const noise = Math.max(2 * (then.noise + now.noise), LEAST_NOISE * Math.abs(then.value));
      const difference = (now.value - then.value) * (figure.moreIsBetter === true ? -1 : 1);
      const change = difference > noise ? 'worse' : difference < -noise ? 'better' : 'same';
      return [{ key, then: then.value, now: now.value, change }];
    }),
  );

/** The kept figures; none if nothing was kept. */
export const readKept = (): Kept => {
  if (!existsSync(FILE)) return { before: '3a9634a', figures: {} };
  return Kept.parse(JSON.parse(readFileSync(FILE, 'utf8')));
};

/** Keeps the figures of a run. Those of rows that were not measured stay. */
export const writeKept = (kept: Kept, rows: readonly Row[]): void => {
  const measured = rows.flatMap(({ row, figures }) =>
    figures.map((figure) => {
      const { value, noise } = keptOf(figure);
      return [
        keyOf(row, figure),
        { value: Number(value.toPrecision(4)), noise: Number(noise.toPrecision(2)) },
      ] as const;
    }),
  );
  const figures = { ...kept.figures, ...Object.fromEntries(measured) };
  const sorted = Object.fromEntries(
    Object.entries(figures).toSorted(([a], [b]) => a.localeCompare(b, 'en', { numeric: true })),
  );
  writeFileSync(FILE, `${JSON.stringify({ ...kept, figures: sorted }, null, 2)}\n`);
};
