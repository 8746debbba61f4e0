import pc from 'picocolors';
import type { TraceEvent } from '../../lambdas/contracts/events.ts';
import { PlainText } from '../../lambdas/kernel/trace/outside-text.ts';
import type { Tone } from './timeline-entry.ts';
import { timelineEntry } from './timeline.ts';
import { widthOf, wrapped } from './wrap.ts';

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

/** What may stand under the time, which is as far to the left as an identifier may go. */
const OUTDENT = 12;

/** The time of an event. A trace in a file may have been written by anybody. */
const timeOf = (at: string): string => /T(\d\d:\d\d:\d\d)/.exec(at)?.[1] ?? '??:??:??';

/** Timeline lines for one event that fit these columns: time, tag, sentence, and details below. */
export const timelineLines = (event: TraceEvent, colours: Colours, columns = Number.POSITIVE_INFINITY): PlainText[] => {
  const entry = timelineEntry(event);
  if (entry === undefined) return [];
  const tone = paint(colours, entry.tone);
  const inLines = (text: PlainText): string[] =>
    wrapped(text.toString(), Math.max(40, columns - INDENT), columns - OUTDENT);
  const quiet = entry.tone === 'quiet' ? colours.dim : (text: string): string => text;
  const [first = '', ...more] = inLines(entry.text);
  const below = (text: string, style: (text: string) => string): PlainText =>
    new PlainText(`${' '.repeat(indentOf(text, columns))}${style(text)}`);
  return [
    new PlainText(`${colours.dim(timeOf(event.at))}  ${tone(entry.tag.padEnd(TAG_WIDTH))} ${quiet(first)}`),
    ...more.map((text) => below(text, quiet)),
    ...entry.details.flatMap(inLines).map((text) => below(text, colours.dim)),
  ];
};

/** Less for an identifier that does not fit beside the indent. It still cannot begin where our lines begin. */
const indentOf = (text: string, columns: number): number =>
  Math.min(INDENT, Math.max(OUTDENT, columns - widthOf(text)));
