import { buildSync, type Metafile } from 'esbuild';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { functionEntry } from './function-entry.ts';
import type { ToolSources } from './own-tools/sources.ts';
import { FUNCTIONS, moduleFile, type ModuleName } from './package-files.ts';
import { TOOL_KIT } from './team-modules.ts';

/** A file of bundled code. */
export interface Chunk {
  readonly name: string;
  readonly contents: Uint8Array;
}

/** The files of a function: `main.mjs`, and the chunks that it can reach from there. */
export type ChunksOf = (name: ModuleName) => readonly Chunk[];

/** `require` and `__dirname` for CommonJS dependencies: ES modules lack them, and Cedar reads its wasm from `__dirname`. */
const BANNER = [
  "import { createRequire as commonJs } from 'node:module';",
  'const require = commonJs(import.meta.url);',
  'const __dirname = import.meta.dirname;',
].join('');

/**
 * Bundles all functions in one run of esbuild, which splits their code into chunks by who can reach what. A cold start pays more for
 * twenty files than for one, so what a function starts with is put together again: `main.mjs`. What it may need later stays in chunks.
 *
 * The work directory is in the assembly, and esbuild names everything from there: elsewhere, source maps would hold this machine's paths,
 * and asset hashes would differ by machine.
 */
export const functionChunks = (assembly: string, sources: ToolSources): ChunksOf => {
  const directory = mkdtempSync(join(assembly, 'bundling-'));
  try {
    const { outputs } = buildAll(directory, sources);
    const chunks = new Map(FUNCTIONS.map((name) => [name, chunksOf(directory, `${name}.mjs`, filesIn(outputs))]));
    return (name) => chunks.get(name) ?? [];
  } finally {
    rmSync(directory, { recursive: true });
  }
};

/** What esbuild wrote: the names that a file exports, and the files that it imports at once and when it needs them. */
interface File {
  readonly exports: readonly string[];
  readonly atOnce: readonly string[];
  readonly later: readonly string[];
}
type Files = ReadonlyMap<string, File>;

const filesIn = (outputs: Metafile['outputs']): Files =>
  new Map(
    Object.entries(outputs).map(([file, { exports, imports }]) => {
      const own = imports.filter(({ external }) => external !== true);
      const named = (kind: string): string[] =>
        own.filter((one) => one.kind === kind).map(({ path }) => basename(path));
      return [basename(file), { exports, atOnce: named('import-statement'), later: named('dynamic-import') }];
    }),
  );

const chunksOf = (directory: string, entry: string, files: Files): readonly Chunk[] => {
  const start = reachedFrom(entry, (file) => files.get(file)?.atOnce);
  const all = reachedFrom(entry, (file) => [...(files.get(file)?.atOnce ?? []), ...(files.get(file)?.later ?? [])]);
  const later = [...all].filter((file) => !start.has(file));
  const shared = new Set(later.flatMap((file) => files.get(file)?.atOnce ?? []).filter((file) => start.has(file)));
  // The same binding, under a name that no other chunk has.
  const doors = [...shared].map((file, index) => ({
    file,
    names: (files.get(file)?.exports ?? []).map((name): [string, string] => [name, `door${index}_${name}`]),
  }));
  const inMain = doors.map(({ file, names }) => reExport(names, file));
  const main = mainOf(directory, [`export { handler } from './${entry}';`, ...inMain], later);
  return [
    ...main,
    ...doors.map(({ file, names }) => {
      const text = reExport(
        names.map(([name, inside]): [string, string] => [inside, name]),
        'main.mjs',
      );
      return { name: file, contents: Buffer.from(text) };
    }),
    ...later
      .flatMap((file) => [file, `${file}.map`])
      .map((name) => ({ name, contents: readFileSync(join(directory, name)) })),
  ];
};

const reExport = (names: readonly (readonly [string, string])[], file: string): string =>
  `export { ${names.map(([name, as]) => `${name} as ${as}`).join(', ')} } from './${file}';`;

/** What a function starts with, as one file. */
const mainOf = (directory: string, lines: readonly string[], later: readonly string[]): Chunk[] =>
  buildSync({
    stdin: { contents: lines.join('\n'), resolveDir: directory },
    absWorkingDir: directory,
    outfile: join(directory, 'main.mjs'),
    write: false,
    bundle: true,
    external: later.map((file) => `./${file}`),
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minify: true,
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
  }).outputFiles.map(({ path, contents }) => ({ name: basename(path), contents }));

const reachedFrom = (
  entry: string,
  importsOf: (file: string) => readonly string[] | undefined,
): ReadonlySet<string> => {
  const reached = new Set([entry]);
  // A set is walked with what is added meanwhile.
  for (const file of reached) for (const next of importsOf(file) ?? []) reached.add(next);
  return reached;
};

const buildAll = (directory: string, sources: ToolSources) => {
  const entries = join(directory, 'entries');
  mkdirSync(entries);
  for (const name of FUNCTIONS) writeFileSync(join(entries, `${name}.mjs`), functionEntry(name, sources));
  return buildSync({
    entryPoints: FUNCTIONS.map((name) => `entries/${name}.mjs`),
    entryNames: '[name]',
    chunkNames: '[name]-[hash]',
    absWorkingDir: directory,
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    metafile: true,
    alias: { [TOOL_KIT]: moduleFile('tool') },
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    minify: true,
    keepNames: true,
    sourcemap: true,
    sourcesContent: false,
    banner: { js: BANNER },
    logLevel: 'warning',
  }).metafile;
};
