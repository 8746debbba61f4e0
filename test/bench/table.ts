import { ratioOf, verdictOf, type Aim, type Figure, type Row } from './figure.ts';
import type { Change } from './kept.ts';

/** A number with three digits that count; large ones whole, with commas. */
export const numberText = (value: number): string => {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
};

const aimText = (aim: Aim, ofRatio: boolean): string => {
  const [sign, value] = 'most' in aim ? ['≤', aim.most] : ['≥', aim.least];
  return `${sign} ${numberText(value)}${ofRatio ? ' ×' : ''}`;
};

const CELLS = ['#', 'what', 'peer or floor', 'ours', 'ratio', 'aim', '', 'noise'] as const;

const noiseText = ({ ours: { median, noise } }: Figure): string =>
  noise === 0 ? '–' : `± ${Math.ceil((100 * noise) / Math.abs(median))} %`;

const cellsOf = (row: number, figure: Figure): string[] => {
  const { name, unit, ours, peers = [], aim, aimOf } = figure;
  const ratio = ratioOf(figure);
  return [
    String(row),
    name,
    peers.map((peer) => `${peer.name} ${numberText(peer.value)}`).join(' · ') || '–',
    `${numberText(ours.median)} ${unit}`,
    ratio === undefined ? '–' : `${numberText(ratio)} ×`,
    aim === undefined ? '–' : aimText(aim, aimOf === 'ratio'),
    verdictOf(figure),
    noiseText(figure),
  ];
};

const tableRows = (rows: readonly Row[]): string[][] =>
  rows.flatMap(({ row, figures }) => figures.map((figure) => cellsOf(row, figure)));

const notesOf = (rows: readonly Row[]): string[] =>
  rows.flatMap(({ row, notes }) => notes.map((note) => `${row}: ${note}`));

const changeLines = (changes: readonly Change[]): string[] => {
  const line = ({ key, then, now }: Change): string => `  ${key}: ${numberText(then)} → ${numberText(now)}`;
  const of = (change: Change['change']): string[] => changes.filter((one) => one.change === change).map(line);
  const [worse, better] = [of('worse'), of('better')];
  if (changes.length === 0) return ['Nothing was kept of these rows.'];
  return [
    worse.length === 0 ? 'Against the kept figures, nothing got worse by more than its noise.' : 'Worse than kept:',
    ...worse,
    ...(better.length === 0 ? [] : ['Better than kept:', ...better]),
  ];
};

/** The table for a terminal, with notes and what changed since figures were kept. */
export const textTable = (rows: readonly Row[], changes: readonly Change[]): string => {
  const lines = [[...CELLS], ...tableRows(rows)];
  const widths = CELLS.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const text = lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [...text, '', ...notesOf(rows), ...changeLines(changes)].join('\n');
};

/** The table for docs/bench.md. */
export const markdownTable = (rows: readonly Row[]): string => {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const table = [line(CELLS), line(CELLS.map(() => '---')), ...tableRows(rows).map(line)];
  return [...table, '', ...notesOf(rows).map((note) => `- Row ${note}`)].join('\n').trimEnd();
};
