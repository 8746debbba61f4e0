import type * as z from 'zod';
import { ToolRefusal } from '../../contracts/errors.ts';
import { type Build, readBuild } from '../aws/builds.ts';
import { aroundHits, endOf, hitsIn, type Range, roomFor, textOf } from '../log-lines/select.ts';
import { observeTool } from '../tool.ts';
import { manifest } from './manifest.ts';
import { type BuildLog, readLog, readTail } from './read-log.ts';
import { phaseIn } from './phase.ts';

type Input = z.output<typeof manifest.input>;

export const tool = observeTool(manifest, async (input, { cloud }) => {
  const build = await readBuild(cloud, input.build);
  const stream = streamOf(build, input.logGroup);
  const log = await readLog(cloud, input.logGroup, stream);
  if (log.lines.length === 0) return `The log of ${build.id} has no lines. The build is ${build.buildStatus}.`;
  const narrowed = [input.phase, input.around, input.fromLine].some((one) => one !== undefined);
  if (!log.complete && input.end === 'tail' && !narrowed)
    return tailText(build, log, await readTail(cloud, input.logGroup, stream), input.lines);
  const range = rangeOf(build, log, input);
  return input.around === undefined
    ? sliceText(build, log, range, input)
    : aroundText(build, log, range, { around: input.around, lines: input.lines });
});

/**
 * The stream of the build's own log. The kernel has checked the log group that the model named, so a build that writes to
 * any other one is refused.
 */
const streamOf = ({ id, buildStatus, logs }: Build, logGroup: string): string => {
  if (logs?.groupName === undefined || logs.streamName === undefined)
    throw new ToolRefusal(
      `The build ${id} (${buildStatus}) has no log in CloudWatch Logs: it writes none, or it ended before it had one. ` +
        'The contexts of its phases in get_build may say why it failed.',
    );
  if (logs.groupName !== logGroup)
    throw new ToolRefusal(`The build ${id} writes its log to the log group ${logs.groupName}, not to ${logGroup}.`);
  return logs.streamName;
};

/** The lines that phase and fromLine leave. */
const rangeOf = ({ id }: Build, log: BuildLog, { phase, fromLine = 1 }: Input): Range => {
  const all = { from: 0, to: log.lines.length - 1 };
  const range = phase === undefined ? all : phaseIn(log.lines, phase);
  if (range === undefined)
    throw new ToolRefusal(
      `The log of ${id} (${sizeOf(log)}) has no line that says that the phase ${phase} began. Read it without phase.`,
    );
  const from = Math.max(range.from, fromLine - 1);
  if (from > range.to)
    throw new ToolRefusal(
      `fromLine is ${fromLine}, but ${phase === undefined ? `the log of ${id}` : `the phase ${phase}`} ends at line ` +
        `${range.to + 1} (${sizeOf(log)}).`,
    );
  return { from, to: range.to };
};

const sizeOf = ({ lines, complete }: BuildLog): string =>
  complete ? `${lines.length} lines` : `more than ${lines.length} lines, of which the first ${lines.length} are read`;

const numbers = ({ from, to }: Range): string => (from === to ? `line ${from + 1}` : `lines ${from + 1} to ${to + 1}`);

const sliceText = ({ id }: Build, log: BuildLog, range: Range, { end, fromLine, lines }: Input): string => {
  const shown = endOf(log.lines, range, fromLine === undefined ? end : 'head', roomFor(lines));
  const others = [
    ...(shown.from > range.from ? [`lines ${range.from + 1} to ${shown.from} come before them`] : []),
    ...(shown.to < range.to ? [`lines ${shown.to + 2} to ${range.to + 1} come after them`] : []),
  ];
  return [
    `Of the log of ${id} (${sizeOf(log)}) ${numbers(shown)}:`,
    textOf(log.lines, shown),
    ...(others.length > 0 ? [`Not shown: ${others.join(', ')}. Give fromLine to read on, or around to search.`] : []),
  ].join('\n');
};

const aroundText = (
  { id }: Build,
  log: BuildLog,
  range: Range,
  { around, lines }: { readonly around: string; readonly lines: number },
): string => {
  const hits = hitsIn(log.lines, range, around);
  const [first] = hits;
  const where = `${numbers(range)} of the log of ${id} (${sizeOf(log)})`;
  if (first === undefined) return `No line contains ${JSON.stringify(around)} in ${where}.`;
  const ranges = aroundHits(log.lines, range, hits, roomFor(lines));
  const next = hits.filter((hit) => hit > (ranges.at(-1)?.to ?? first));
  return [
    // The finding first: people read only the first line of it.
    `Line ${first + 1}: ${log.lines[first] ?? ''}`,
    `  is the first of ${hits.length} that contain ${JSON.stringify(around)} in ${where}.`,
    ...ranges.flatMap((one) => [`${numbers(one)}:`, textOf(log.lines, one)]),
    ...(next[0] === undefined ? [] : [`${next.length} more contain it. Give fromLine ${next[0] + 1} to read on.`]),
  ].join('\n');
};

const tailText = ({ id }: Build, log: BuildLog, tail: readonly string[], lines: number): string => {
  const shown = endOf(tail, { from: 0, to: tail.length - 1 }, 'tail', roomFor(lines));
  return [
    `The last ${shown.to - shown.from + 1} lines of the log of ${id} (${sizeOf(log)}; these have no number):`,
    textOf(tail, shown),
    'Give fromLine or around to read the first lines.',
  ].join('\n');
};
