import { spawnSync } from 'node:child_process';

/** A commit has these if it has the construct, and `init`, which writes an app with it. */
const NEEDED = ['lib/checkrein.ts', 'template/package.json'];
/** What the package is made of. A commit that changes nothing here has the package of the one before. */
const PARTS = [
  'bin',
  'lib',
  'lambdas',
  'local',
  'policies',
  'template',
  'release',
  'package.json',
  'package-lock.json',
];
/** How far back to look. */
const MOST_COMMITS = 100;

/** What Git prints about a checkout. Nothing, if there is no Git, no repository or no such commit. */
export const git = (checkout: string, ...args: readonly string[]): string => {
  const { status, stdout } = spawnSync('git', args, { cwd: checkout, encoding: 'utf8' });
  return status === 0 ? stdout.trimEnd() : '';
};

/**
 * The newest commit of the checked out branch that has a package, and another one than the working tree. An uncommitted change makes
 * that the last commit. Undefined where there is none, as in a shallow clone.
 */
export const previousCommit = (checkout: string): string | undefined =>
  git(checkout, 'rev-list', '--first-parent', `--max-count=${MOST_COMMITS}`, 'HEAD')
    .split('\n')
    .find((commit) => commit !== '' && hasPackage(checkout, commit) && !isPackageOfTree(checkout, commit));

const hasPackage = (checkout: string, commit: string): boolean =>
  NEEDED.every((path) => git(checkout, 'ls-tree', '--name-only', commit, path) !== '');

const isPackageOfTree = (checkout: string, commit: string): boolean =>
  git(checkout, 'diff', '--name-only', commit, '--', ...PARTS) === '';
