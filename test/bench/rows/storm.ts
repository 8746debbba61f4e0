import * as z from 'zod';
import { parseJson } from '../../../lambdas/contracts/json.ts';
import { ROOT, type BenchContext } from '../context.ts';
import type { Row } from '../figure.ts';
import { spreadOf } from '../noise.ts';
import { probed } from '../probed.ts';

const Report = z.looseObject({
  ledger: z.array(z.looseObject({ requests: z.number(), units: z.number() })),
  problems: z.array(z.string()),
});

/** A run takes half a minute. */
const ROUNDS = 2;

interface Storm {
  readonly requests: number;
  /** Incidents a second of this thread's CPU. The ledger has a thread of its own. */
  readonly rate: number;
}

const runIn = async (folder: string, { incidents, folder: temporary }: BenchContext): Promise<Storm> => {
  const alarms = Math.ceil(incidents * 0.3);
  const options = `--incidents ${incidents} --alarms ${alarms} --duplicates 0 --copies 0 --returns 0 --latency 100 --json`;
  // Ends with an error if an event was lost, an incident ended otherwise than expected, or a chain does not verify.
  const { threadMs, stdout } = await probed(temporary, ['test/load/run.ts', ...options.split(' ')], folder);
  const { ledger } = Report.parse(parseJson(stdout));
  const requests = ledger.reduce((sum, one) => sum + one.requests, 0);
  return { requests: requests / incidents, rate: (incidents * 1000) / threadMs };
};

/** Row 8: many incidents at once, with faults, on a real DynamoDB API. */
export const storm = async (context: BenchContext): Promise<Row> => {
  const before = context.checkoutBefore();
  const now: Storm[] = [];
  const then: Storm[] = [];
  for (let round = 0; round < Math.min(ROUNDS, context.rounds); round += 1) {
    if ('folder' in before) then.push(await runIn(before.folder, context));
    now.push(await runIn(ROOT, context));
    context.progress(`round ${round + 1}`);
  }
  const name = `commit ${context.before}`;
  const peer = (of: (storm: Storm) => number) =>
    then.length > 0 && { peers: [{ name, value: spreadOf(then.map(of)).median }] };
  return {
    row: 8,
    title: 'Many incidents at once, with faults',
    figures: [
      {
        name: 'ledger requests an incident',
        unit: '',
        ours: spreadOf(now.map(({ requests }) => requests)),
        ...peer(({ requests }) => requests),
        aim: { most: 70 },
        keep: 'value',
      },
      {
        name: 'incidents a second of CPU',
        unit: '/s',
        ours: spreadOf(now.map(({ rate }) => rate)),
        ...peer(({ rate }) => rate),
        aim: { least: 2 },
        aimOf: 'ratio',
        moreIsBetter: true,
      },
    ],
    notes: [
      `${context.incidents} incidents, none of which join, and all ended as they should. For the 1,000 of the aim: --only 8 --incidents 1000.`,
      ...('missing' in before ? [before.missing] : []),
    ],
  };
};
