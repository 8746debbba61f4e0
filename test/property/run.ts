import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Command, InvalidArgumentError } from 'commander';
import * as z from 'zod';
import { HostileCase } from './case/case.ts';
import { addCounts, type Counts } from './counters.ts';
import { INVARIANTS } from './invariants/all.ts';
import { CaseFlow } from './flow.ts';
import { neverExercised, prove } from './prove.ts';

/**
 * `npm run prove`: runs hostile cases against the synthesized flow and the real steps, on every core, and prints
 * how often each invariant was tested. See docs/proof.md.
 */

const Share = z.object({ incidents: z.int(), seed: z.int() });
const Report = z.object({
  cases: z.int(),
  incidents: z.int(),
  counts: z.record(z.string(), z.number()),
  violation: z
    .object({ invariant: z.string(), fault: z.string(), seed: z.int(), path: z.string(), case: HostileCase })
    .optional(),
});
type Report = z.infer<typeof Report>;

const REGRESSIONS = join(import.meta.dirname, 'regressions.json');

const number = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('Expected a whole number above 0.');
  return value;
};

/** Runs a share of the incidents in a worker thread. */
const runShare = (share: z.infer<typeof Share>, onReport: (report: Report) => void): Promise<Report> =>
  new Promise((resolve, reject) => {
    let latest: Report = { cases: 0, incidents: 0, counts: {} };
    const worker = new Worker(new URL(import.meta.url), { workerData: share });
    worker.on('message', (message) => {
      latest = Report.parse(message);
      onReport(latest);
    });
    worker.on('error', reject);
    worker.on('exit', () => resolve(latest));
  });

const sumOf = (reports: Iterable<Report>): Report => {
  const counts: Counts = {};
  let [cases, incidents, violation]: [number, number, Report['violation']] = [0, 0, undefined];
  for (const report of reports) {
    cases += report.cases;
    incidents += report.incidents;
    violation ??= report.violation;
    addCounts(counts, report.counts);
  }
  return { cases, incidents, counts, violation };
};

const tableOf = (counts: Counts): string =>
  INVARIANTS.map(({ name, exercisedBy }) =>
    [name, ...exercisedBy.map((counter) => `${String(counts[counter] ?? 0).padStart(9)}  ${counter}`)].join('\n'),
  ).join('\n\n');

/** Stores the case. From then on the tests run it too. */
const store = (violation: NonNullable<Report['violation']>): void => {
  const stored = z.array(z.unknown()).parse(JSON.parse(readFileSync(REGRESSIONS, 'utf8')));
  writeFileSync(REGRESSIONS, `${JSON.stringify([...stored, violation], null, 2)}\n`);
};

const conclusionOf = ({ violation, counts }: Report): string => {
  if (violation !== undefined)
    return `VIOLATION of "${violation.invariant}": ${violation.fault}\n  seed ${violation.seed}, path ${violation.path}; the case was added to test/property/regressions.json`;
  const idle = neverExercised(counts);
  return idle.length === 0
    ? 'Every invariant held, and every one was tested.'
    : `NOT PROVED: never exercised: ${idle.join(', ')}`;
};

const main = async (): Promise<void> => {
  const command = new Command('prove')
    .option('--incidents <number>', 'how many incidents to run', number, 10_000)
    .option('--seed <number>', 'seed of the generator', number, 1)
    .option('--threads <number>', 'how many threads to use', number, availableParallelism())
    .option('--json', 'print one JSON object instead of a table')
    .parse();
  const options = z
    .object({ incidents: z.int(), seed: z.int(), threads: z.int(), json: z.boolean().default(false) })
    .parse(command.opts());
  const started = performance.now();
  const reports = new Map<number, Report>();
  const shares = Array.from({ length: options.threads }, (_, thread) =>
    runShare(
      { incidents: Math.ceil(options.incidents / options.threads), seed: options.seed + thread * 500_000_003 },
      (report) => {
        reports.set(thread, report);
        const { incidents } = sumOf(reports.values());
        const perSecond = (incidents / (performance.now() - started)) * 1000;
        process.stderr.write(`\r${incidents} of ${options.incidents} incidents, ${perSecond.toFixed(1)} a second `);
      },
    ),
  );
  const sum = sumOf(await Promise.all(shares));
  const seconds = Math.round((performance.now() - started) / 1000);
  const proved = sum.violation === undefined && neverExercised(sum.counts).length === 0;
  if (sum.violation !== undefined) store(sum.violation);
  const head = `${sum.incidents} incidents in ${sum.cases} cases, ${seconds} s, seed ${options.seed}.`;
  process.stderr.write('\n');
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ proved, seconds, seed: options.seed, ...sum })}\n`
      : `${head}\n\n${tableOf(sum.counts)}\n\n${conclusionOf(sum)}\n`,
  );
  process.exitCode = proved ? 0 : 1;
};

if (isMainThread) await main();
else
  parentPort?.postMessage(
    await prove(new CaseFlow(), Share.parse(workerData), (proof) => parentPort?.postMessage(proof)),
  );
