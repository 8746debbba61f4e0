import pc from 'picocolors';
import type { TraceEvent } from '../../lambdas/contracts/events.ts';
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

/** Breaks a text at spaces so that it fits beside its indent. A longer word stays whole. */
const wrapped = (text: string, width: number): string[] => {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
};

/**
 * Timeline lines for one event: time, tag, sentence, and details below. With `columns`, the width of a
 * terminal, long sentences are wrapped; without, each stays on one line, which suits `grep`.
 */
export const timelineLines = (event: TraceEvent, colours: Colours, columns?: number): string[] => {
  const entry = timelineEntry(event);
  if (entry === undefined) return [];
  const tone = paint(colours, entry.tone);
  const width = columns === undefined ? Number.POSITIVE_INFINITY : Math.max(40, columns - INDENT);
  const quiet = entry.tone === 'quiet' ? colours.dim : (text: string): string => text;
  const [first = '', ...more] = wrapped(entry.text, width);
  return [
    `${colours.dim(event.at.slice(11, 19))}  ${tone(entry.tag.padEnd(TAG_WIDTH))} ${quiet(first)}`,
    ...more.map((text) => `${' '.repeat(INDENT)}${quiet(text)}`),
    ...entry.details
      .flatMap((detail) => wrapped(detail, width))
      .map((text) => `${' '.repeat(INDENT)}${colours.dim(text)}`),
  ];
};
