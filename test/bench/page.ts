import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../lambdas/contracts/errors.ts';
import type { Row } from './figure.ts';
import { markdownTable } from './table.ts';

const PAGE = join(import.meta.dirname, '../../docs/bench.md');
const BEGIN = '<!-- What npm run bench -- --save printed. Do not edit. -->';
const END = '<!-- Until here. -->';

/** The page with another table between its markers. The text around it is written by hand. */
export const pageWith = (page: string, table: string): string => {
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined)
    throw new InputError('docs/bench.md', 'the markers of the table are gone', `${BEGIN} and ${END}`);
  return `${before}${BEGIN}\n\n${table}\n\n${END}${after}`;
};

/** Writes the table of a run into docs/bench.md. */
export const writePage = (rows: readonly Row[]): void =>
  writeFileSync(PAGE, pageWith(readFileSync(PAGE, 'utf8'), markdownTable(rows)));
