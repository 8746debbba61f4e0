import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { InputError } from '../../lambdas/contracts/errors.ts';

/** What a run measures, and what becomes of it. */
export interface BenchOptions {
  readonly only: readonly number[];
  readonly rounds: number;
  readonly incidents: number;
  readonly million: boolean;
  readonly before: string | undefined;
  readonly sreHarness: string;
  readonly json: boolean;
  readonly save: boolean;
  readonly help: boolean;
}

/** The rows of the table. */
const ROWS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] as const;

const SRE_HARNESS = join(import.meta.dirname, 'peers/sre-harness');

export const HELP = `npm run bench -- [options]

Measures what the harness itself costs, beside what people would use instead: docs/bench.md says what each row is.
Times are CPU of one thread; rounds of ours and of the peers take turns. The peers are optional:
npm ci in test/bench/peers installs two, a clone of sre-harness is the third. Says what got worse since figures were kept.

  --only <1,4>          these rows of the table (all: about five minutes on two quiet cores)
  --rounds <n>          rounds of each participant (5)
  --incidents <n>       of row 8: incidents at once (60; the aim is for 1,000, which take ten minutes)
  --million             row 7 also verifies a trace of a million events
  --before <commit>     the commit that rows 8 and 10 compare with; default: the kept one
  --sre-harness <path>  a clone of sre-harness (test/bench/peers/sre-harness)
  --json                the rows as JSON
  --save                keeps the figures (test/bench/kept.json) and writes the table into docs/bench.md
  --help`;

const numberOf = (name: string, given: string | undefined, fallback: number): number => {
  if (given === undefined) return fallback;
  const value = Number(given);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new InputError(`--${name}`, `${JSON.stringify(given)} is not valid`, 'a whole number, 1 or more');
};

const rowsOf = (given: string | undefined): readonly number[] => {
  if (given === undefined) return ROWS;
  const wanted = given.split(',').map(Number);
  const unknown = wanted.find((row) => !ROWS.some((known) => known === row));
  if (unknown !== undefined)
    throw new InputError('--only', `${JSON.stringify(given)} names a row that is not there`, ROWS.join(', '));
  return ROWS.filter((row) => wanted.includes(row));
};

/** Reads the command line. */
export const optionsFrom = (args: readonly string[]): BenchOptions => {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: text,
      rounds: text,
      incidents: text,
      before: text,
      'sre-harness': text,
      million: flag,
      json: flag,
      save: flag,
      help: flag,
    },
  });
  return {
    only: rowsOf(values.only),
    rounds: numberOf('rounds', values.rounds, 5),
    incidents: numberOf('incidents', values.incidents, 60),
    million: values.million,
    before: values.before,
    sreHarness: values['sre-harness'] ?? SRE_HARNESS,
    json: values.json,
    save: values.save,
    help: values.help,
  };
};
