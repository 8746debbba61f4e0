import type * as z from 'zod';
import { counted } from '../kubernetes/text.ts';
import { aroundHits, endOf, hitsIn, type Range, roomFor, textOf } from '../log-lines/select.ts';
import { observeTool } from '../tool.ts';
import { manifest } from './manifest.ts';
import { readPodLog, type PodLog } from './read-log.ts';

type Input = z.output<typeof manifest.input>;

export const tool = observeTool(manifest, async (input, { cloud }) => {
  const log = await readPodLog(cloud, input);
  if (log.lines.length === 0) return `${nameOf(input)} has no lines${sinceText(input)}.`;
  const cut = log.isCut ? ['The newest lines are missing: those before them are too long.'] : [];
  return [...(input.around === undefined ? lastLines(log, input) : around(log, input.around, input)), ...cut].join(
    '\n',
  );
});

const nameOf = ({ pod, container, previous }: Input): string =>
  `The log of ${pod}${container === undefined ? '' : `, container ${container},`}${previous ? ' (the run before the last restart)' : ''}`;

const sinceText = ({ sinceMinutes }: Input): string =>
  sinceMinutes === undefined ? '' : ` of the last ${sinceMinutes} minutes`;

const sizeOf = ({ lines, hasEarlier }: PodLog): string =>
  hasEarlier ? `the last ${lines.length} lines were read, there are earlier ones` : counted(lines.length, 'line');

const wholeOf = ({ lines }: PodLog): Range => ({ from: 0, to: lines.length - 1 });

const lastLines = (log: PodLog, input: Input): string[] => {
  const shown = endOf(log.lines, wholeOf(log), 'tail', roomFor(input.lines));
  return [
    // The last line first: people read only the first line of it, and the end of a log says more than its beginning.
    `${nameOf(input)}${sinceText(input)} ends: ${(log.lines[shown.to] ?? '').trim()}`,
    `The last ${counted(shown.to - shown.from + 1, 'line')} (${sizeOf(log)}):`,
    textOf(log.lines, shown),
    ...(shown.from > 0 ? ['Give around to search in the lines before these.'] : []),
  ];
};

const around = (log: PodLog, text: string, input: Input): string[] => {
  const hits = hitsIn(log.lines, wholeOf(log), text);
  const [first] = hits;
  const where = `${nameOf(input)}${sinceText(input)} (${sizeOf(log)})`;
  if (first === undefined) return [`No line contains ${JSON.stringify(text)}. ${where}.`];
  const ranges = aroundHits(log.lines, wholeOf(log), hits, roomFor(input.lines));
  const left = hits.filter((hit) => hit > (ranges.at(-1)?.to ?? first)).length;
  return [
    // The finding first: people read only the first line of it.
    log.lines[first] ?? '',
    `  is the first of ${hits.length} that contain ${JSON.stringify(text)}. ${where}:`,
    ...ranges.flatMap((range) => [`…`, textOf(log.lines, range)]),
    ...(left === 0 ? [] : [`${left} more contain it. Give sinceMinutes or another text to see them.`]),
  ];
};
