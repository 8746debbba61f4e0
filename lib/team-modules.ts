import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { buildSync, type BuildResult } from 'esbuild';
import { InputError } from '../lambdas/contracts/errors.ts';
import { packageFile } from '../lambdas/kernel/policy/rules/package-root.ts';
import { ONLY_DECLARES, tryModules } from './module-trial.ts';
import { moduleFile } from './package-files.ts';

/** What tools of a team import. */
export const TOOL_KIT = 'checkrein/tool';

/** A module that was compiled, and the file that its author knows it by. */
export type LoadModule = (key: string, file: string) => unknown;

/**
 * Compiles modules of a team to JavaScript, in whatever way their app itself compiles TypeScript, and returns what loads them by
 * their key. `what` names them in an error.
 */
export const teamModules = (
  what: string,
  directory: string,
  entryPoints: Readonly<Record<string, string>>,
): LoadModule => {
  const folder = compiledModules(what, directory, entryPoints);
  const compiled = (key: string): string => join(folder, `${key}.mjs`);
  tryModules(
    Object.entries(entryPoints).map(([key, path]) => ({
      compiled: compiled(key),
      file: relative(process.cwd(), path),
    })),
  );
  return (key, file) => loaded(compiled(key), file);
};

/** The file of this name with an ending of TypeScript or JavaScript. */
export const moduleAt = (path: string): string | undefined =>
  MODULE_ENDINGS.map((ending) => `${path}${ending}`).find((file) =>
    statSync(file, { throwIfNoEntry: false })?.isFile(),
  );

/** What the file of a module may end in. */
export const MODULE_ENDINGS = ['.ts', '.js', '.mjs'];

/**
 * A folder with a compiled file for each module. It is named after its content, so processes that do this at the same time do not
 * disturb each other.
 */
const compiledModules = (what: string, directory: string, entryPoints: Readonly<Record<string, string>>): string => {
  const cache = join(packageOf(directory), 'node_modules/.cache/checkrein');
  const { outputFiles } = compile(what, entryPoints);
  const files = outputFiles.map(({ path, contents }) => ({ name: basename(path), contents }));
  const hash = createHash('sha256');
  for (const { name, contents } of files) hash.update(name).update(contents);
  const folder = join(cache, hash.digest('hex').slice(0, 16));
  if (!existsSync(folder)) store(folder, files);
  return folder;
};

interface CompiledFile {
  readonly name: string;
  readonly contents: Uint8Array;
}

const store = (folder: string, files: readonly CompiledFile[]): void => {
  const unfinished = `${folder}-${randomUUID()}`;
  try {
    mkdirSync(unfinished, { recursive: true });
    for (const { name, contents } of files) writeFileSync(join(unfinished, name), contents);
    // Whoever comes second finds the same content.
    if (existsSync(folder)) rmSync(unfinished, { recursive: true });
    else renameSync(unfinished, folder);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InputError(
      dirname(folder),
      `compiled modules cannot be written into this folder: ${why}`,
      'a folder that you may write to',
      error,
    );
  }
};

const loaded: LoadModule = (compiled, file) => {
  try {
    return withoutExit(file, () => {
      const module: unknown = createRequire(import.meta.url)(compiled);
      return module;
    });
  } catch (error) {
    if (error instanceof InputError) throw error;
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new InputError(file, `it throws when it is loaded: ${why}`, ONLY_DECLARES, error);
  }
};

/** A module that calls `process.exit(0)` would end a check as if everything were well. */
const withoutExit = <T>(file: string, load: () => T): T => {
  const exit: unknown = Reflect.get(process, 'exit');
  process.exit = (code) => {
    throw new InputError(file, `it calls process.exit(${code ?? ''}) when it is loaded`, ONLY_DECLARES);
  };
  try {
    return load();
  } finally {
    Reflect.set(process, 'exit', exit);
  }
};

const compile = (what: string, entryPoints: Readonly<Record<string, string>>) => {
  try {
    return buildSync({
      entryPoints: { ...entryPoints },
      // Errors name files from here. Left out, it would be where this process was when esbuild was loaded.
      absWorkingDir: process.cwd(),
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
    throw new InputError(what, firstErrors(error), 'modules that compile', error);
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

/**
 * The nearest folder above with a `node_modules`, from which the imports of the modules are found. A directory that is in no package
 * finds what Checkrein itself does.
 */
const packageOf = (directory: string): string => {
  const found = withPackages(realpathSync(directory)) ?? withPackages(packageFile());
  if (found !== undefined) return found;
  throw new InputError(
    directory,
    'there is no node_modules in this folder or above it',
    'an app whose packages are installed: `npm install`',
  );
};

const withPackages = (directory: string): string | undefined => {
  if (existsSync(join(directory, 'node_modules'))) return directory;
  return dirname(directory) === directory ? undefined : withPackages(dirname(directory));
};
