import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { packageFile } from '../../lambdas/kernel/policy/rules/package-root.ts';
import { print } from '../e2e/progress.ts';
import { packed } from './packed.ts';
import { git, previousCommit } from './previous-commit.ts';

/** Packages of earlier commits, each in a folder with the name of its commit. */
const CACHE = packageFile('.checkrein/previous');
const NOT_COPIED = ['node_modules', '.git', '.checkrein', 'cdk.out', 'coverage', 'dist'];

/** The package that an app has before it is upgraded to that of this tree. */
export interface PreviousPackage {
  readonly tarball: string;
  /** The text of a file of the commit that the package was made of. */
  read(path: string): string;
}

/**
 * Builds and packs the newest commit whose package is not that of the working tree; an uncommitted change makes that the commit itself.
 * Where there is none, as in a shallow clone, it is the working tree under another version number, and the run says so.
 */
export const previousPackage = (): PreviousPackage => {
  const commit = previousCommit(packageFile());
  if (commit === undefined) return withoutHistory();
  print(`           the previous commit is ${git(packageFile(), 'log', '-1', '--format=%h %s', commit)}`);
  return { tarball: packedCommit(commit), read: (path) => git(packageFile(), 'show', `${commit}:${path}`) };
};

const packedCommit = (commit: string): string => {
  const kept = join(CACHE, commit);
  if (!existsSync(kept)) {
    rmSync(CACHE, { recursive: true, force: true });
    const checkout = emptyCheckout();
    const archive = `${checkout}.tar`;
    execFileSync('git', ['archive', '--output', archive, commit], { cwd: packageFile() });
    execFileSync('tar', ['-xf', archive, '-C', checkout]);
    packed(checkout, `${kept}.new`);
    // Last, so that a run that was stopped leaves nothing that looks complete.
    renameSync(`${kept}.new`, kept);
    rmSync(checkout, { recursive: true });
    rmSync(archive);
  }
  return onlyFileIn(kept);
};

const withoutHistory = (): PreviousPackage => {
  print(
    `           no earlier commit with a construct and another package is here, as in a shallow clone: the upgrade is from this tree under another version number, which shows less. git fetch --unshallow gets the others`,
  );
  const checkout = emptyCheckout();
  for (const name of readdirSync(packageFile()))
    if (!NOT_COPIED.includes(name)) cpSync(packageFile(name), join(checkout, name), { recursive: true });
  const path = join(checkout, 'package.json');
  writeFileSync(path, readFileSync(path, 'utf8').replace(/"version": ".*"/, '"version": "0.0.0-previous"'));
  return {
    tarball: packed(checkout, join(CACHE, 'tree')),
    read: (file) => readFileSync(packageFile(file), 'utf8'),
  };
};

/** An empty folder with the installed packages of this tree. */
const emptyCheckout = (): string => {
  const folder = join(CACHE, 'checkout');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  symlinkSync(packageFile('node_modules'), join(folder, 'node_modules'));
  return folder;
};

const onlyFileIn = (folder: string): string => join(folder, readdirSync(folder)[0] ?? '');
