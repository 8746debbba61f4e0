import { join } from 'node:path';
import * as z from 'zod';
import type { BenchContext } from '../context.ts';
import type { Row } from '../figure.ts';
import { spreadOf } from '../noise.ts';
import { startParticipant } from '../participant.ts';

const Round = z.object({ raw: z.number(), ours: z.number(), calls: z.number() });

/** Row 6: decisions of policy a second, with the shipped policies and with validation. */
export const policyRate = async ({ rounds, progress }: BenchContext): Promise<Row> => {
  const child = join(import.meta.dirname, '../children/policy.ts');
  const participant = await startParticipant(Round, process.execPath, [child]);
  const measured: z.infer<typeof Round>[] = [];
  try {
    for (let round = 0; round < rounds; round += 1) {
      measured.push(await participant.round());
      progress(`round ${round + 1} of ${rounds}`);
    }
  } finally {
    participant.stop();
  }
  return {
    row: 6,
    title: 'Policy decisions a second',
    figures: [
      {
        name: 'decisions a second',
        unit: '/s',
        ours: spreadOf(measured.map(({ ours }) => ours)),
        peers: [{ name: 'raw Cedar', value: spreadOf(measured.map(({ raw }) => raw)).median }],
        aim: { least: 0.95 },
        aimOf: 'ratio',
        moreIsBetter: true,
      },
    ],
    notes: [`The questions of one approved incident make ${measured[0]?.calls ?? 0} calls of Cedar, each validated.`],
  };
};
