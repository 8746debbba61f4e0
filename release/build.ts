import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { copyFile, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';
import * as z from 'zod';
import { CheckreinError } from '../lambdas/contracts/errors.ts';
import { packageFile } from '../lambdas/kernel/policy/rules/package-root.ts';
import { MODULES } from '../lib/package-files.ts';

/** Where the package's code goes. */
const DIST = packageFile('dist');
/** Where TypeScript writes a declaration for each source, as release/tsconfig.json says. */
const DECLARATIONS = packageFile('node_modules/.cache/declarations');

/** The modules that others import, so that TypeScript needs their types. */
const PUBLIC = ['index', 'tool', 'testing'] as const;

/**
 * Packages whose code goes into ours, so that they are no dependencies: an app of CommonJS that compiles its imports on the fly, as
 * tsx does, cannot load a package that has ES modules only.
 */
const INLINED = ['canonicalize'];

const Packages = z.record(z.string(), z.string());
const PackageJson = z.object({ dependencies: Packages, peerDependencies: Packages });

const packagesOutside = async (): Promise<string[]> => {
  const { dependencies, peerDependencies } = PackageJson.parse(
    JSON.parse(await readFile(packageFile('package.json'), 'utf8')),
  );
  return Object.keys({ ...dependencies, ...peerDependencies });
};

/**
 * Writes what modules share to files of their own, so that whatever loads two of them has one copy of it. Packages stay imports: they are
 * found as Node finds them, and a team has one zod.
 */
const buildCode = async (): Promise<void> => {
  await build({
    entryPoints: { ...MODULES },
    absWorkingDir: packageFile(),
    outdir: DIST,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    external: await packagesOutside(),
    platform: 'node',
    target: 'node22',
    format: 'esm',
    // The state machine matches on error names, and error names are class names.
    keepNames: true,
    logLevel: 'warning',
  });
};

/** Writes a declaration for each public module: the package would have hundreds of files with one for each source. */
const buildTypes = async (): Promise<void> => {
  execFileSync('tsc', ['-p', packageFile('release')], { stdio: 'inherit' });
  const declarations = await rollup({
    input: Object.fromEntries(PUBLIC.map((name) => [name, declarationOf(MODULES[name])])),
    external: (id) => !/^[./]/.test(id),
    plugins: [
      {
        name: 'sources',
        resolveId: (id, from) => (from === undefined ? null : declarationOf(resolve(from, '..', id))),
      },
      dts(),
    ],
    onLog: (level, { message }) => {
      if (level !== 'warn') return;
      throw new CheckreinError('BuildWarning', message, 'Mark as @internal what no app needs, or export its type.');
    },
  });
  await declarations.write({ dir: DIST, chunkFileNames: 'chunks/[name]-[hash].d.ts' });
};

/** The declaration of a source. */
const declarationOf = (source: string): string => resolve(DECLARATIONS, source.replace(/(\.d)?\.ts$/, '.d.ts'));

rmSync(DIST, { recursive: true, force: true });
await buildCode();
for (const name of INLINED) await copyFile(packageFile('node_modules', name, 'LICENSE'), join(DIST, `LICENSE.${name}`));
// `--no-types`: for who only runs the package.
if (!process.argv.includes('--no-types')) await buildTypes();
