import type { TraceEvent } from '../../lambdas/contracts/events.ts';
import { CheckreinError, InputError } from '../../lambdas/contracts/errors.ts';
import { ours, visible, type PlainText } from '../../lambdas/kernel/trace/outside-text.ts';
import { coloursFor, timelineLines } from './timeline-lines.ts';
import { columnsFor, paragraphs } from './wrap.ts';

/** Writes lines for people: to standard output, or to standard error when `--json` uses standard output. */
export const printer = (json: boolean): ((text: PlainText) => void) => {
  const stream = json ? process.stderr : process.stdout;
  return (text) => void stream.write(`${String(text)}\n`);
};

/** The same for sentences: they are broken between words. Not for commands that somebody copies. */
export const sentencePrinter = (json: boolean): ((text: PlainText, hanging?: number) => void) => {
  const print = printer(json);
  const columns = columnsFor(json ? process.stderr : process.stdout);
  return (text, hanging) => print(ours(paragraphs(text.toString(), columns, hanging)));
};

/** Prints events as they happen. With `--json`, only if standard error is a terminal. */
export const eventPrinter = (json: boolean): ((event: TraceEvent) => void) => {
  const stream = json ? process.stderr : process.stdout;
  if (json && !stream.isTTY) return () => undefined;
  const colours = coloursFor(stream);
  return (event) =>
    timelineLines(event, colours, columnsFor(stream)).forEach((line) => stream.write(`${String(line)}\n`));
};

/** What a terminal could take for a command, or show as nothing. JSON can write every character as its number. */
const NOT_PRINTED = /[^\P{Cc}\n]|\p{Cf}|\p{Default_Ignorable_Code_Point}|[\u2028\u2029\u2800]/gu;

const escaped = (character: string): string =>
  Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
    .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
    .join('');

/** Prints the result of `--json`. Whoever parses it gets every character; a terminal shows none that deceives. */
export const printJson = (value: unknown): void =>
  void process.stdout.write(`${JSON.stringify(value, null, 2).replace(NOT_PRINTED, escaped)}\n`);

/** An error as text: our own errors as a sentence with advice, anything else, a bug of ours, with its stack. */
export const errorText = (error: unknown): string => visible(inWords(error));

const inWords = (error: unknown): string => {
  if (error instanceof InputError) return `${error.message}\n  expected: ${error.advice}`;
  if (error instanceof CheckreinError) return `${error.message}\n  ${error.advice}`;
  if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
    return `${error.message}\n  expected: see --help`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
};
