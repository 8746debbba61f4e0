import { printJson } from '../../bin/io/output.ts';
import { runMain } from '../run-main.ts';
import { benchContext, type BenchContext } from './context.ts';
import { rowVerdict, verdictOf, type Row } from './figure.ts';
import { changesSince, readKept, writeKept } from './kept.ts';
import { HELP, optionsFrom } from './options.ts';
import { writePage } from './page.ts';
import { functionStart } from './rows/function-start.ts';
import { growth } from './rows/growth.ts';
import { incidentPrice } from './rows/incident-price.ts';
import { ledgerUse } from './rows/ledger-use.ts';
import { ownCommands } from './rows/own-commands.ts';
import { policyRate } from './rows/policy.ts';
import { promptCost } from './rows/prompt-cost.ts';
import { turnCpu } from './rows/turn-cpu.ts';
import { traceVerify } from './rows/trace-verify.ts';
import { storm } from './rows/storm.ts';
import { textTable } from './table.ts';

/** How each row is measured. */
const MEASURES: Readonly<Record<number, (context: BenchContext) => Promise<Row>>> = {
  1: turnCpu,
  2: growth,
  3: ledgerUse,
  4: incidentPrice,
  5: functionStart,
  6: policyRate,
  7: traceVerify,
  8: storm,
  9: promptCost,
  10: ownCommands,
};

const progressIn = (row: () => number) => {
  const started = performance.now();
  return (line: string): void =>
    void process.stderr.write(
      `${((performance.now() - started) / 1000).toFixed(0).padStart(4)} s  row ${row()}: ${line}\n`,
    );
};

const main = async (): Promise<void> => {
  const options = optionsFrom(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(`${HELP}\n`);
    return;
  }
  const kept = readKept();
  let current = 0;
  const progress = progressIn(() => current);
  const context = benchContext({ ...options, before: options.before ?? kept.before, progress });
  const rows: Row[] = [];
  try {
    for (current of options.only) {
      progress('begins');
      const row = await MEASURES[current]?.(context);
      if (row !== undefined) rows.push(row);
    }
  } finally {
    context.stop();
  }
  const changes = changesSince(kept, rows);
  if (options.save) {
    writeKept(kept, rows);
    writePage(rows);
  }
  if (options.json)
    printJson({
      rows: rows.map((row) => ({
        ...row,
        verdict: rowVerdict(row),
        figures: row.figures.map((figure) => ({ ...figure, verdict: verdictOf(figure) })),
      })),
      changes,
    });
  else process.stdout.write(`${textTable(rows, changes)}\n`);
};

await runMain(main);
