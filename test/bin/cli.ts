import { execFile } from 'node:child_process';
import { mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { runCommandLine } from '../../bin/command-line.ts';

/** The root of this repository. */
export const REPOSITORY = join(import.meta.dirname, '../..');

/** A new directory in which commands find the configuration and the scenarios of this repository. */
export const appFolder = (name: string): string => {
  const folder = mkdtempSync(join(tmpdir(), `checkrein-${name}-`));
  for (const one of ['config', 'scenarios']) symlinkSync(join(REPOSITORY, one), join(folder, one));
  return folder;
};

/** What a command left: exit code, standard output, standard error. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line in a process of its own, in a directory of its user. */
export const runProcess = (cwd: string, ...args: string[]): Promise<Ran> => runNode(cwd, [], ...args);

/** The same with options for Node. */
export const runNode = (cwd: string, options: readonly string[], ...args: string[]): Promise<Ran> =>
  new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [...options, join(REPOSITORY, 'bin/checkrein.js'), ...args],
      { cwd },
      (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
    child.stdin?.end();
  });

type Stream = typeof process.stdout | typeof process.stderr;

/** Keeps what is written to a stream, until it is restored. */
const capture = (stream: Stream) => {
  const written: string[] = [];
  const spy = vi.spyOn(stream, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  return { text: () => written.join(''), restore: () => spy.mockRestore() };
};

/** Runs the command line in this process, which saves the start: a second for most commands. No line is broken. */
export const runCli = async (cwd: string, ...args: string[]): Promise<Ran> => {
  const home = process.cwd();
  const { COLUMNS } = process.env;
  process.env['COLUMNS'] = '100000';
  const [out, err] = [capture(process.stdout), capture(process.stderr)];
  process.chdir(cwd);
  try {
    await runCommandLine(args);
    return { code: Number(process.exitCode ?? 0), out: out.text(), err: err.text() };
  } finally {
    process.exitCode = undefined;
    if (COLUMNS === undefined) delete process.env['COLUMNS'];
    else process.env['COLUMNS'] = COLUMNS;
    process.chdir(home);
    out.restore();
    err.restore();
  }
};
