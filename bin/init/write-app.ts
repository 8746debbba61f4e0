import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { InputError } from '../../lambdas/contracts/errors.ts';

const EXPECTED = 'a folder that does not exist, or is empty; .git may be in it';
/** How many names of what is in a folder a message has. */
const NAMED = 5;

/** Refuses a folder that has anything in it that an app could overwrite or be mixed up with. */
export const refuseFullFolder = (directory: string): void => {
  if (directory.trim() === '') throw new InputError('DIR', 'this is empty', `${EXPECTED}; \`.\` is the one you are in`);
  const stat = statSync(directory, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isDirectory()) throw new InputError(directory, 'this is a file', EXPECTED);
  const found = readdirSync(directory)
    .filter((name) => name !== '.git')
    .toSorted();
  if (found.length === 0) return;
  const more = found.length > NAMED ? ` and ${found.length - NAMED} more` : '';
  throw new InputError(
    directory,
    `there is something in this folder: ${found.slice(0, NAMED).join(', ')}${more}`,
    EXPECTED,
  );
};

/** Writes all files into a folder, or none. They are moved to their place when all have been written. */
export const writeApp = (directory: string, files: ReadonlyMap<string, string>): void => {
  const folder = resolve(directory);
  const undo: string[] = [];
  try {
    const created = mkdirSync(folder, { recursive: true });
    if (created !== undefined) undo.push(created);
    // In the folder itself: moving is only certain to work within one file system.
    const staging = mkdtempSync(join(folder, '.checkrein-init-'));
    undo.push(staging);
    for (const [path, text] of files) {
      mkdirSync(dirname(join(staging, path)), { recursive: true });
      writeFileSync(join(staging, path), text);
    }
    for (const name of readdirSync(staging)) moveTo(folder, staging, name, undo);
    rmSync(staging, { recursive: true });
  } catch (error) {
    for (const path of undo.toReversed()) rmSync(path, { recursive: true, force: true });
    const why = error instanceof Error ? error.message : String(error);
    throw new InputError(
      directory,
      `the app could not be written, so nothing was: ${why}`,
      'a folder that you may write to',
      error,
    );
  }
};

const moveTo = (folder: string, staging: string, name: string, undo: string[]): void => {
  const target = join(folder, name);
  if (existsSync(target)) throw new InputError(target, 'it has come into being while the app was written', EXPECTED);
  renameSync(join(staging, name), target);
  undo.push(target);
};
