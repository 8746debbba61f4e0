import pc from 'picocolors';
import type { TraceEvent } from '../../lambdas/contracts/events.ts';
import { PlainText } from '../../lambdas/kernel/trace/outside-text.ts';
import type { Tone } from './timeline-entry.ts';
import { timelineEntry } from './timeline.ts';

type Colours = ReturnType<typeof pc.createColors>;

/** Colours on a terminal; none in a pipe or a file, or when NO_COLOR is set. */
export const coloursFor = (stream: { readonly isTTY?: boolean }): Colours =>
  pc.createColors(stream.isTTY === true && process.env['NO_COLOR'] === undefined);

const paint = (colours: Colours, tone: Tone): ((text: string) => string) => {
  switch (tone) {
    case 'good':
      return colours.green;
    case 'bad':
      return colours.red;
    case 'warn':
      return colours.yellow;
    case 'quiet':
      return colours.dim;
    case 'plain':
      return (text) => text;
  }
};

const TAG_WIDTH = 9;
/** Time, two spaces, tag, one space. */
const INDENT = 8 + 2 + TAG_WIDTH + 1;

/** Columns that a character may take on a terminal. What may be wide is counted as wide. */
const columnsOf = (text: string): number => Array.from(text).reduce((sum, one) => sum + (one >= '\u1100' ? 2 : 1), 0);

/** A word in pieces that fit, or the terminal would break it and let it begin a line at the margin. */
const pieces = (word: string, width: number): string[] => {
  if (columnsOf(word) <= width) return [word];
  const all: string[] = [''];
  for (const character of word) {
    const last = all.at(-1) ?? '';
    if (columnsOf(last) + columnsOf(character) > width) all.push(character);
    else all[all.length - 1] = last + character;
  }
  return all;
};

/** What continues a line is indented further than any line of ours, so that it cannot pass for one. */
const CONTINUED = '  ';

/** Breaks a text so that it fits beside its indent: at spaces, or within a word that is too long. */
const wrapped = (text: PlainText, width: number): string[] => {
  const all: string[] = [];
  for (const word of text
    .toString()
    .split(' ')
    .flatMap((one) => pieces(one, width - CONTINUED.length))) {
    const last = all.at(-1);
    if (last === undefined) all.push(word);
    else if (columnsOf(last) + 1 + columnsOf(word) > width) all.push(CONTINUED + word);
    else all[all.length - 1] = `${last} ${word}`;
  }
  return all;
};

/** The time of an event. A trace in a file may have been written by anybody. */
const timeOf = (at: string): string => /T(\d\d:\d\d:\d\d)/.exec(at)?.[1] ?? '??:??:??';

/**
 * Timeline lines for one event: time, tag, sentence, and details below. With `columns`, the width of a
 * terminal, long sentences are wrapped; without, each stays on one line, which suits `grep`.
 */
export const timelineLines = (event: TraceEvent, colours: Colours, columns?: number): PlainText[] => {
  const entry = timelineEntry(event);
  if (entry === undefined) return [];
  const tone = paint(colours, entry.tone);
  const width = columns === undefined ? Number.POSITIVE_INFINITY : Math.max(40, columns - INDENT);
  const quiet = entry.tone === 'quiet' ? colours.dim : (text: string): string => text;
  const [first = '', ...more] = wrapped(entry.text, width);
  const below = (text: string): PlainText => new PlainText(`${' '.repeat(INDENT)}${text}`);
  return [
    new PlainText(`${colours.dim(timeOf(event.at))}  ${tone(entry.tag.padEnd(TAG_WIDTH))} ${quiet(first)}`),
    ...more.map((text) => below(quiet(text))),
    ...entry.details.flatMap((detail) => wrapped(detail, width)).map((text) => below(colours.dim(text))),
  ];
};
