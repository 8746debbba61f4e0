import { singleLine } from '../aws/format.ts';
import { withoutKeyLines } from './key-lines.ts';

/** Longer lines are cut. */
const MAX_LINE = 500;
/** Colours and cursor movements of a terminal, which would split the words that redaction knows. */
const TERMINAL_CODE = /\u001b\[[\d;?]*[A-Za-z]/g;

/** Lines of a log as the model may read them: without colours and the lines of private keys, and not too long. */
export const cleanLines = (lines: readonly string[]): string[] =>
  withoutKeyLines(lines.map((line) => line.replace(TERMINAL_CODE, ''))).map((line) => singleLine(line, MAX_LINE));
