import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
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
