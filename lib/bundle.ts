import { Stack, Stage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { buildSync } from 'esbuild';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where the compiled rules lie beside the code, relative to the function's working directory. */
export const RULES_FILE = 'rules.json';

const CEDAR_WASM = 'cedar_wasm_bg.wasm';
const CEDAR_WASM_SOURCE = join(import.meta.dirname, '../node_modules/@cedar-policy/cedar-wasm/nodejs', CEDAR_WASM);

/**
 * What the CommonJS packages among our dependencies expect of the world and ES modules do not have. The
 * policy engine reads its wasm from `__dirname`.
 */
const BANNER = [
  "import { createRequire as commonJs } from 'node:module';",
  'const require = commonJs(import.meta.url);',
  'const __dirname = import.meta.dirname;',
].join('');

/** Code of a function, in a directory that is needed until the asset is staged. */
interface Bundle {
  readonly code: Code;
  readonly discard: () => void;
}

/**
 * One self-contained ES module a function: minified, with the SDK clients it uses, so that what was tested
 * is what runs. Class names are kept because the state machine matches on error names. Source maps are made
 * for reading a stack trace offline but not switched on: `--enable-source-maps` costs 30 to 55 ms a cold start.
 *
 * esbuild is called within this process. CDK's NodejsFunction starts it through npx, a second for each function.
 */
export const bundle = (scope: Construct, entry: string, rulesFile: string): Bundle => {
  if (!Stack.of(scope).bundlingRequired) return { code: Code.fromInline('// not bundled'), discard: () => undefined };
  // In the assembly, or source maps would name a place of this machine, and the asset be another one on the next.
  const directory = mkdtempSync(join(Stage.of(scope)?.outdir ?? tmpdir(), 'bundling-'));
  const outfile = join(directory, 'index.mjs');
  buildSync({
    entryPoints: [entry],
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
  // Only a function that evaluates policies carries the 4 MB of policy engine.
  if (readFileSync(outfile, 'utf8').includes(CEDAR_WASM)) copyFileSync(CEDAR_WASM_SOURCE, join(directory, CEDAR_WASM));
  return { code: Code.fromAsset(directory), discard: () => rmSync(directory, { recursive: true }) };
};
