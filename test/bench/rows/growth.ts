import { join } from 'node:path';
import * as z from 'zod';
import type { BenchContext } from '../context.ts';
import { counted, type Figure, type Row } from '../figure.ts';
import { playOnLedger, totalsOf, type StepUse } from '../ledger-play.ts';
import { spreadOf } from '../noise.ts';
import { startParticipant } from '../participant.ts';
import { readOnlyStory } from '../story.ts';

const Round = z.object({ early: z.number(), late: z.number() });

/** Turns of the incident whose reads are counted: enough to see whether they grow with the turns or with their square. */
const TURNS = 40;

/** Read units of the turns from the nth call of the model up to the mth. */
const unitsOf = (steps: readonly StepUse[], first: number, last: number): number => {
  const starts = steps.flatMap(({ step }, index) => (step === 'decide' ? [index] : []));
  return totalsOf(steps.slice(starts[first], starts[last]).flatMap(({ use }) => use)).reads.units / (last - first);
};

const reads = async (context: BenchContext, start: 'cold' | 'warm'): Promise<Figure[]> => {
  const story = readOnlyStory(TURNS);
  const { steps } = await playOnLedger(story, context.definitionOf(story.rules), start);
  context.progress(`${TURNS} turns were played ${start}`);
  const early = { name: 'turn 3', value: unitsOf(steps, 1, 5) };
  const late = unitsOf(steps, TURNS - 6, TURNS - 2);
  const whole = totalsOf(steps.flatMap(({ use }) => use)).reads.units;
  const kept = { keep: 'value' } as const;
  return [
    {
      name: `read units of turn ${TURNS - 3}, ${start}`,
      unit: '',
      ours: counted(late),
      peers: [early],
      // A warm function reads what is new, so its reads grow with the turns and not with their square.
      ...(start === 'warm' && { aim: { most: 1.3 }, aimOf: 'ratio' }),
      ...kept,
    },
    { name: `read units of ${TURNS} turns, ${start}`, unit: '', ours: counted(whole), ...kept },
  ];
};

/** Row 2: how a turn grows with the turns before it. */
export const growth = async (context: BenchContext): Promise<Row> => {
  const participant = await startParticipant(Round, process.execPath, [
    join(import.meta.dirname, '../children/growth.ts'),
  ]);
  const measured: z.infer<typeof Round>[] = [];
  try {
    for (let round = 0; round < context.rounds; round += 1) {
      measured.push(await participant.round());
      context.progress(`round ${round + 1} of ${context.rounds}`);
    }
  } finally {
    participant.stop();
  }
  const early = spreadOf(measured.map((round) => round.early)).median;
  return {
    row: 2,
    title: 'How a turn grows',
    figures: [
      {
        name: 'CPU of turn 100 against turn 3, our own code',
        unit: 'µs',
        ours: spreadOf(measured.map(({ late }) => late)),
        peers: [{ name: 'turn 3', value: early }],
        aim: { most: 1.3 },
        aimOf: 'ratio',
      },
      ...(await reads(context, 'cold')),
      ...(await reads(context, 'warm')),
    ],
    notes: [],
  };
};
