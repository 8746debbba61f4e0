import { Stack, Stage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { buildSync } from 'esbuild';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { functionEntry } from './function-entry.ts';
import { TOOL_KIT } from './team-modules.ts';
import type { ToolSources } from './own-tools/sources.ts';
import { moduleFile, type ModuleName } from './package-files.ts';

/** File of the compiled rules beside the code, relative to the function's working directory. */
export const RULES_FILE = 'rules.json';

const CEDAR_WASM = 'cedar_wasm_bg.wasm';
/** Found as Node finds the package, wherever a package manager put it. */
const cedarWasmSource = (): string =>
  join(dirname(createRequire(import.meta.url).resolve('@cedar-policy/cedar-wasm/nodejs')), CEDAR_WASM);

/** `require` and `__dirname` for CommonJS dependencies: ES modules lack them, and Cedar reads its wasm from `__dirname`. */
const BANNER = [
  "import { createRequire as commonJs } from 'node:module';",
  'const require = commonJs(import.meta.url);',
  'const __dirname = import.meta.dirname;',
].join('');

interface BundleProps {
  readonly name: ModuleName;
  /** Tools of a team. */
  readonly sources: ToolSources;
  /** Path of the compiled rules in the cloud assembly. */
  readonly rulesFile: string;
}

interface Bundle {
  readonly code: Code;
  /** Deletes the directory. CDK has copied it once the function is constructed. */
  readonly discard: () => void;
}

/**
 * Bundles a function into one minified ES module with its SDK clients, so the tested code is the code that runs.
 * Class names are kept because the state machine matches on error names. Source maps are included for reading a
 * stack trace offline but not switched on: `--enable-source-maps` costs 30 to 55 ms per cold start.
 *
 * esbuild runs in this process. CDK's NodejsFunction starts it through npx, which takes a second per function.
 */
export const bundle = (scope: Construct, { name, sources, rulesFile }: BundleProps): Bundle => {
  if (!Stack.of(scope).bundlingRequired) return { code: Code.fromInline('// not bundled'), discard: () => undefined };
  // Inside the assembly: elsewhere, source maps would hold this machine's paths, and the asset hash would differ by machine.
  const directory = mkdtempSync(join(Stage.of(scope)?.outdir ?? tmpdir(), 'bundling-'));
  const outfile = join(directory, 'index.mjs');
  buildSync({
    stdin: { contents: functionEntry(name, sources), resolveDir: dirname(moduleFile(name)) },
    alias: { [TOOL_KIT]: moduleFile('tool') },
    outfile,
    bundle: true,
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
  copyFileSync(rulesFile, join(directory, RULES_FILE));
  // Only functions that evaluate policies need the 4 MB of Cedar.
  if (readFileSync(outfile, 'utf8').includes(CEDAR_WASM)) copyFileSync(cedarWasmSource(), join(directory, CEDAR_WASM));
  return { code: Code.fromAsset(directory), discard: () => rmSync(directory, { recursive: true }) };
};
