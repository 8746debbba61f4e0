import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { packageFile } from '../../lambdas/kernel/policy/rules/package-root.ts';

/** Builds and packs a checkout of this package. Returns the path of the tarball. */
export const packed = (checkout: string, destination: string): string => {
  rmSync(destination, { recursive: true, force: true });
  mkdirSync(destination, { recursive: true });
  // `prepack` builds it.
  execFileSync('npm', ['pack', '--silent', '--pack-destination', destination], {
    cwd: checkout,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [tarball] = readdirSync(destination);
  return join(destination, tarball ?? '');
};

/** The package of this checkout. */
export const packedHere = (): string => packed(packageFile(), packageFile('.checkrein/package'));

/** Unpacks a package beside the installed packages of this checkout. Returns the path of its command, which npx would run. */
export const commandOf = (tarball: string, folder: string): string => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  execFileSync('tar', ['-xf', tarball, '-C', folder]);
  symlinkSync(packageFile('node_modules'), join(folder, 'node_modules'));
  return join(folder, 'package/bin/checkrein.js');
};
