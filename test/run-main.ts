import { errorText } from '../lib/explain-mistakes.ts';
import { endWithoutReader } from '../bin/io/signals.ts';

/** Runs a developer's command. An error is printed and ends it with exit code 1. */
export const runMain = async (main: () => Promise<void>): Promise<void> => {
  endWithoutReader();
  try {
    await main();
  } catch (error) {
    process.stderr.write(`${errorText(error)}\n`);
    process.exitCode = 1;
  }
};
