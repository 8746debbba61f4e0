import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY_ROOT } from './paths.ts';
import { print } from './progress.ts';

const PARENT = 'HEAD~1';
/** A commit has it if its package can be packed and its `init` writes an app. */
const NEEDED = 'template/package.json';
const EXCLUDED = ['node_modules', '.git', '.checkrein', 'cdk.out', 'coverage', 'dist'];

/**
 * Makes a folder a checkout of the previous commit, with the installed packages of this one. Without such a commit, as in a shallow clone, it is the
 * working tree with another version number, and the run says so.
 */
export const previousCheckout = (folder: string): string => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  if (git('cat-file', '-e', `${PARENT}:${NEEDED}`).status === 0) extractParent(folder);
  else copyWorkingTree(folder);
  symlinkSync(join(REPOSITORY_ROOT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
};

const git = (...args: string[]) => spawnSync('git', args, { cwd: REPOSITORY_ROOT, encoding: 'utf8' });

const extractParent = (folder: string): void => {
  const archive = `${folder}.tar`;
  execFileSync('git', ['archive', '--output', archive, PARENT], { cwd: REPOSITORY_ROOT });
  execFileSync('tar', ['-xf', archive, '-C', folder]);
  print(`           the previous commit is ${git('log', '-1', '--format=%h %s', PARENT).stdout.trim()}`);
};

const copyWorkingTree = (folder: string): void => {
  for (const name of readdirSync(REPOSITORY_ROOT))
    if (!EXCLUDED.includes(name)) cpSync(join(REPOSITORY_ROOT, name), join(folder, name), { recursive: true });
  const path = join(folder, 'package.json');
  writeFileSync(path, readFileSync(path, 'utf8').replace(/"version": ".*"/, '"version": "0.0.0-previous"'));
  print(
    `           ${PARENT} is not here or has no ${NEEDED}, so the upgrade is from this commit under another version number`,
  );
};
