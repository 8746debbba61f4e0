import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { buildSync, type BuildResult } from 'esbuild';
import { InputError } from '../../lambdas/contracts/errors.ts';
import { moduleFile } from '../package-files.ts';

/** What tools of a team import. */
export const TOOL_KIT = 'checkrein/tool';

/**
 * Compiles modules of a team to JavaScript that Node can load, in whatever way their app itself compiles TypeScript. Returns a folder with
 * a file for each, under its key. It is named after its content, so processes that do this at the same time do not disturb each other.
 */
export const compiledModules = (directory: string, entryPoints: Readonly<Record<string, string>>): string => {
  const cache = join(packageOf(directory), 'node_modules/.cache/checkrein');
  const { outputFiles } = compile(directory, entryPoints);
  const files = outputFiles.map(({ path, contents }) => ({ name: basename(path), contents }));
  const hash = createHash('sha256');
  for (const { name, contents } of files) hash.update(name).update(contents);
  const folder = join(cache, hash.digest('hex').slice(0, 16));
  if (existsSync(folder)) return folder;
  const unfinished = `${folder}-${randomUUID()}`;
  mkdirSync(unfinished, { recursive: true });
  for (const { name, contents } of files) writeFileSync(join(unfinished, name), contents);
  // Whoever comes second finds the same content.
  if (existsSync(folder)) rmSync(unfinished, { recursive: true });
  else renameSync(unfinished, folder);
  return folder;
};

const compile = (directory: string, entryPoints: Readonly<Record<string, string>>) => {
  try {
    return buildSync({
      entryPoints: { ...entryPoints },
      outdir: 'compiled',
      outExtension: { '.js': '.mjs' },
      write: false,
      bundle: true,
      splitting: true,
      platform: 'node',
      target: 'node22',
      format: 'esm',
      packages: 'external',
      // By path, so that tool and engine have one copy of it, wherever the package manager put the package.
      alias: { [TOOL_KIT]: moduleFile('tool') },
      external: [moduleFile('tool')],
      logLevel: 'silent',
    });
  } catch (error) {
    throw new InputError(`tools ${directory}`, firstErrors(error), 'tools that compile', error);
  }
};

/** What esbuild says is wrong, with file and line. */
const firstErrors = (error: unknown): string => {
  if (!isBuildFailure(error)) return error instanceof Error ? error.message : String(error);
  return error.errors
    .map(({ location, text }) => (location ? `${location.file}:${location.line}: ${text}` : text))
    .join('; ');
};

const isBuildFailure = (error: unknown): error is Pick<BuildResult, 'errors'> =>
  error instanceof Error && 'errors' in error && Array.isArray(error.errors);

/** The nearest folder above with a `node_modules`, from which the imports of the modules are found. */
const packageOf = (directory: string): string => {
  for (let at = directory; ; at = dirname(at)) {
    if (existsSync(join(at, 'node_modules'))) return at;
    if (dirname(at) === at)
      throw new InputError(
        `tools ${directory}`,
        'there is no node_modules in this folder or above it',
        'an app whose packages are installed: `npm install`',
      );
  }
};
