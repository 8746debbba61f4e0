import type { TraceEvent } from '../../lambdas/contracts/events.ts';
import { ours, type PlainText } from '../../lambdas/kernel/trace/outside-text.ts';
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
