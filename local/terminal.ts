import pc from 'picocolors';
import type { TraceEvent } from '../lambdas/contracts/events.ts';
import { narrate, type Tone } from './narration.ts';

type Colours = ReturnType<typeof pc.createColors>;

/** Colours where a person looks at a terminal, none in a pipe or a file, and none under NO_COLOR. */
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

/** Lines of a timeline for one event: time, tag, sentence, and details below. */
export const timelineLines = (event: TraceEvent, colours: Colours): string[] => {
  const told = narrate(event);
  if (told === undefined) return [];
  const tone = paint(colours, told.tone);
  const indent = ' '.repeat(8 + 2 + TAG_WIDTH + 1);
  return [
    `${colours.dim(event.at.slice(11, 19))}  ${tone(told.tag.padEnd(TAG_WIDTH))} ${told.tone === 'quiet' ? colours.dim(told.text) : told.text}`,
    ...told.details.map((detail) => `${indent}${colours.dim(detail)}`),
  ];
};
