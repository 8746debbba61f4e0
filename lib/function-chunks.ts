import { buildSync, type Metafile } from 'esbuild';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { contractBroken } from '../lambdas/contracts/errors.ts';
import { functionEntry } from './function-entry.ts';
import type { ToolSources } from './own-tools/sources.ts';
import { FUNCTIONS, moduleFile, type ModuleName } from './package-files.ts';
import { TOOL_KIT } from './team-modules.ts';

/** A file of bundled code. */
export interface Chunk {
  readonly name: string;
  readonly contents: Uint8Array;
}

/** The chunks that a function can reach: first its own, and a source map beside each. */
export type ChunksOf = (name: ModuleName) => readonly Chunk[];

/** `require` and `__dirname` for CommonJS dependencies: ES modules lack them, and Cedar reads its wasm from `__dirname`. */
const BANNER = [
  "import { createRequire as commonJs } from 'node:module';",
  'const require = commonJs(import.meta.url);',
  'const __dirname = import.meta.dirname;',
].join('');

/**
 * Bundles all functions in one run of esbuild, so that what they share is parsed once. The work directory is in the assembly, and esbuild
 * names everything from there: elsewhere, source maps would hold this machine's paths, and asset hashes would differ by machine.
 */
export const functionChunks = (assembly: string, sources: ToolSources): ChunksOf => {
  const directory = mkdtempSync(join(assembly, 'bundling-'));
  try {
    const { outputFiles, metafile } = buildAll(directory, sources);
    const files = new Map(outputFiles.map(({ path, contents }) => [basename(path), contents]));
    const imports = importsIn(metafile);
    return (name) =>
      [...reachedFrom(`${name}.mjs`, imports)].flatMap((file) =>
        [file, `${file}.map`].map((part) => ({ name: part, contents: found(files, part) })),
      );
  } finally {
    rmSync(directory, { recursive: true });
  }
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
    write: false,
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
  });
};

/** Which files a file imports, at once or when it needs them. */
const importsIn = ({ outputs }: Metafile): ReadonlyMap<string, readonly string[]> =>
  new Map(
    Object.entries(outputs).map(([file, { imports }]) => [
      basename(file),
      imports.filter(({ external }) => external !== true).map(({ path }) => basename(path)),
    ]),
  );

const reachedFrom = (entry: string, imports: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> => {
  const reached = new Set([entry]);
  // A set is walked with what is added meanwhile.
  for (const file of reached) for (const next of imports.get(file) ?? []) reached.add(next);
  return reached;
};

const found = (files: ReadonlyMap<string, Uint8Array>, name: string): Uint8Array => {
  const contents = files.get(name);
  if (contents === undefined) throw contractBroken(`esbuild wrote no file ${name}.`);
  return contents;
};
