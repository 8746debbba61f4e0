import { accessSync, closeSync, constants, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { InputError } from '../lambdas/contracts/errors.ts';

const refused = (directory: string, problem: string, cause?: unknown): InputError =>
  new InputError(`--out ${directory}`, problem, 'a directory in which this user may write files', cause);

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : 'unknown error');

/** Creates one directory after the other: in /proc, Node's own recursive mkdir never returns. */
const create = (path: string): void => {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return;
  if (dirname(path) !== path) create(dirname(path));
  mkdirSync(path);
};

/** Names of a run's files in its directory. */
export const RUN_FILES = {
  trace: 'trace.jsonl',
  report: 'report.md',
  calls: 'calls.jsonl',
  moments: 'moments.jsonl',
  key: 'seal.pub.pem',
} as const;

/**
 * Creates the directory of a run's files and proves that each of them can be written, before the run begins: a run
 * whose trace is lost afterwards was for nothing. Throws an InputError that says what is wrong.
 */
export const prepareRun = (given: string): void => {
  const directory = resolve(given);
  if (given === '') throw refused('""', 'no directory is named');
  try {
    create(directory);
  } catch (cause) {
    throw refused(given, `this directory cannot be created (${reasonOf(cause)})`, cause);
  }
  if (!statSync(directory).isDirectory()) throw refused(given, 'this is not a directory');
  for (const name of Object.values(RUN_FILES)) writable(given, join(directory, name));
};

/** Opens a file that is there for writing, or creates one and removes it again. */
const writable = (given: string, path: string): void => {
  try {
    if (statSync(path, { throwIfNoEntry: false }) === undefined) {
      closeSync(openSync(path, 'wx'));
      rmSync(path);
    } else {
      accessSync(path, constants.W_OK);
      closeSync(openSync(path, 'r+'));
    }
  } catch (cause) {
    throw refused(given, `${path} cannot be written (${reasonOf(cause)})`, cause);
  }
};
