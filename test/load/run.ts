import { runMain } from '../run-main.ts';
import { HELP, optionsFrom } from './options.ts';
import { runLoad } from './load-run.ts';
import { formatLoadReport } from './report.ts';

const main = async (): Promise<void> => {
  const { options, json, help } = optionsFrom(process.argv.slice(2));
  if (help) {
    process.stdout.write(`${HELP}\n`);
    return;
  }
  const report = await runLoad(options, (line) => process.stderr.write(`${line}\n`));
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : formatLoadReport(report));
  if (report.problems.length > 0) process.exitCode = 1;
};

await runMain(main);
