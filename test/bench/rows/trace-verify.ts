import { join } from 'node:path';
import { MemoryLedger } from '../../fakes/memory-ledger.ts';
import type { BenchContext } from '../context.ts';
import type { Figure, Row } from '../figure.ts';
import { writeLongTrace } from '../long-trace.ts';
import { spreadOf, type Spread } from '../noise.ts';
import { play } from '../play.ts';
import { probed } from '../probed.ts';
import { approvedStory } from '../story.ts';

const ROOT = join(import.meta.dirname, '../../..');
const FLOOR = join(import.meta.dirname, '../children/verify-floor.ts');

/** The difference of two sizes leaves out the start of the process. */
const SMALL = 1000;
const LARGE = 21_000;
const HUGE = 100_000;
const MILLION = 1_000_000;

/** What the memory may grow by from a small trace to one that is a hundred times as long. */
const FLAT = 1.5;

const perSecond = (small: readonly number[], large: readonly number[]): Spread =>
  spreadOf(large.map((value, round) => ((LARGE - SMALL) * 1000) / (value - (small[round] ?? 0))));

/** Row 7: `checkrein trace verify`, its throughput and its memory. */
export const traceVerify = async (context: BenchContext): Promise<Row> => {
  const { folder, rounds, progress, definitionOf } = context;
  const story = await approvedStory();
  const ledger = new MemoryLedger();
  const events = await ledger.events(await play(story, { definition: definitionOf(story.rules), ledger }));
  const traceOf = (count: number): string => {
    const file = join(folder, `${count}.jsonl`);
    const bytes = writeLongTrace(file, events, count);
    progress(`a trace of ${count} events has ${(bytes / 2 ** 20).toFixed(0)} MB`);
    return file;
  };
  const verify = (file: string) => probed(folder, ['bin/checkrein.ts', 'trace', 'verify', file], ROOT);
  const floor = (file: string) => probed(folder, [FLOOR, file], ROOT);
  const [small, large] = [traceOf(SMALL), traceOf(LARGE)];
  const times = { small: [0], large: [0], floorSmall: [0], floorLarge: [0] };
  for (const list of Object.values(times)) list.pop();
  const memory: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const ours = await verify(small);
    times.small.push(ours.threadMs);
    memory.push(ours.maxRssMB);
    times.floorSmall.push((await floor(small)).threadMs);
    times.large.push((await verify(large)).threadMs);
    times.floorLarge.push((await floor(large)).threadMs);
    progress(`round ${round + 1} of ${rounds}`);
  }
  const least = perSecond(times.floorSmall, times.floorLarge);
  const base = { name: `${SMALL.toLocaleString('en')} events`, value: spreadOf(memory).median };
  const memoryOf = async (count: number): Promise<Figure> => {
    const name = `memory, ${count.toLocaleString('en')} events`;
    const shared = { name, unit: 'MB', peers: [base], aim: { most: FLAT }, aimOf: 'ratio' } as const;
    // A trace that is refused for its length was not verified.
    const held = await verify(traceOf(count)).then(
      ({ maxRssMB }) => maxRssMB,
      () => Number.NaN,
    );
    return { ...shared, ours: { median: held, noise: 0 } };
  };
  return {
    row: 7,
    title: '`trace verify`',
    figures: [
      {
        name: 'events a second',
        unit: '/s',
        ours: perSecond(times.small, times.large),
        peers: [{ name: 'parse + canonical + hash', value: least.median }],
        aim: { least: 0.9 },
        aimOf: 'ratio',
        moreIsBetter: true,
      },
      await memoryOf(HUGE),
      ...(context.million ? [await memoryOf(MILLION)] : []),
    ],
    notes: context.million ? [] : ['A trace of 1,000,000 events is a run of its own: --only 7 --million.'],
  };
};
