import { execFile } from 'node:child_process';
import { join } from 'node:path';

/** The root of this repository. */
export const REPOSITORY = join(import.meta.dirname, '../..');

/** What a command left: exit code, standard output, standard error. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line as a person would, in a directory of theirs. */
export const runCli = (cwd: string, ...args: string[]): Promise<Ran> =>
  new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [join(REPOSITORY, 'bin/checkrein.ts'), ...args],
      { cwd },
      (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
    child.stdin?.end();
  });
