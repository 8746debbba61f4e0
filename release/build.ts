import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { copyFile, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { type LogHandlerWithDefault, rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';
import * as z from 'zod';
import { CheckreinError } from '../lambdas/contracts/errors.ts';
import { packageFile } from '../lambdas/kernel/policy/rules/package-root.ts';
import { MODULES } from '../lib/package-files.ts';

/** Where the package's code goes. */
const DIST = packageFile('dist');
/** Where esbuild writes the code, with a file for whatever any two modules share. */
const SPLIT = packageFile('node_modules/.cache/split');
/** Chunks of less, in bytes, become part of another one: there are hundreds, and an archive of many small files installs slowly. */
const LEAST_CHUNK = 2000;
/** Where TypeScript writes a declaration for each source, as release/tsconfig.json says. */
const DECLARATIONS = packageFile('node_modules/.cache/declarations');

/** The modules that others import, so that TypeScript needs their types. */
const PUBLIC = ['index', 'tool', 'testing', 'moment'] as const;

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
    outdir: SPLIT,
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
  const split = await rollup({
    input: Object.fromEntries(Object.keys(MODULES).map((name) => [name, join(SPLIT, `${name}.js`)])),
    external: isOutside,
    preserveEntrySignatures: 'strict',
    onLog: failAtWarning,
  });
  const chunkFileNames = 'chunks/[name]-[hash].js';
  await split.write({ dir: DIST, chunkFileNames, experimentalMinChunkSize: LEAST_CHUNK });
};

/** Writes a declaration for each public module: the package would have hundreds of files with one for each source. */
const buildTypes = async (): Promise<void> => {
  execFileSync('tsc', ['-p', packageFile('release')], { stdio: 'inherit' });
  const declarations = await rollup({
    input: Object.fromEntries(PUBLIC.map((name) => [name, declarationOf(MODULES[name])])),
    external: isOutside,
    plugins: [
      {
        name: 'sources',
        resolveId: (id, from) => (from === undefined ? null : declarationOf(resolve(from, '..', id))),
      },
      dts(),
    ],
    onLog: failAtWarning,
  });
  await declarations.write({ dir: DIST, chunkFileNames: 'chunks/[name]-[hash].d.ts' });
};

const isOutside = (id: string): boolean => !/^[./]/.test(id);

const failAtWarning: LogHandlerWithDefault = (level, { message }) => {
  if (level !== 'warn') return;
  const advice = 'Of a declaration: mark as @internal what no app needs, or export its type.';
  throw new CheckreinError('BuildWarning', message, advice);
};

/** The declaration of a source. */
const declarationOf = (source: string): string => resolve(DECLARATIONS, source.replace(/(\.d)?\.ts$/, '.d.ts'));

for (const directory of [SPLIT, DIST]) rmSync(directory, { recursive: true, force: true });
await buildCode();
for (const name of INLINED) await copyFile(packageFile('node_modules', name, 'LICENSE'), join(DIST, `LICENSE.${name}`));
// `--no-types`: for who only runs the package.
if (!process.argv.includes('--no-types')) await buildTypes();
