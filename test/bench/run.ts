import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { printJson } from '../../bin/io/output.ts';
import { runMain } from '../run-main.ts';
import { measureBundles } from './bundles.ts';
import { calibrate, type Figure } from './figure.ts';
import { measureIncidents } from './incidents.ts';
import { measureLedger } from './ledger.ts';

/** The figures of an earlier run, which are committed. */
const Baseline = z.record(z.string(), z.number());
const BASELINE = join(import.meta.dirname, 'baseline.json');

const HELP = `npm run bench -- [--json] [--save]

Measures what the harness itself costs: per incident, per step, per appended event, and per cold start.
Times are divided by the time of a fixed piece of hashing on the same machine in the same run, so that
figures of different machines can be compared. --save keeps this run as the baseline.`;

const ratioText = ({ relative }: Figure, before = 0): string =>
  before === 0 ? 'new' : `${(relative / before).toFixed(2)}x`;

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: { json: { type: 'boolean' }, save: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  if (values.help === true) {
    process.stdout.write(`${HELP}\n`);
    return;
  }
  const unit = calibrate();
  process.stderr.write(`calibration: ${unit.toFixed(2)} ms of hashing is one unit\n`);
  const figures: Figure[] = [];
  for (const [name, measure] of [
    ['incidents', measureIncidents],
    ['ledger', measureLedger],
    ['bundles', measureBundles],
  ] as const) {
    process.stderr.write(`measuring ${name} …\n`);
    figures.push(...(await measure(unit)));
  }
  const baseline = existsSync(BASELINE) ? Baseline.parse(JSON.parse(readFileSync(BASELINE, 'utf8'))) : {};
  if (values.save === true) {
    const kept = Object.fromEntries(figures.map((figure) => [figure.name, Number(figure.relative.toFixed(4))]));
    writeFileSync(BASELINE, `${JSON.stringify(kept, null, 2)}\n`);
  }
  if (values.json === true) {
    printJson(figures.map((figure) => ({ ...figure, baseline: baseline[figure.name] ?? null })));
    return;
  }
  const width = Math.max(...figures.map((figure) => figure.name.length));
  process.stdout.write(
    `${'figure'.padEnd(width)}  ${'measured'.padStart(16)}  ${'in units'.padStart(10)}  against baseline\n`,
  );
  for (const figure of figures)
    process.stdout.write(
      `${figure.name.padEnd(width)}  ${figure.measured.padStart(16)}  ${figure.relative.toFixed(3).padStart(10)}  ${ratioText(figure, baseline[figure.name])}\n`,
    );
};

await runMain(main);
