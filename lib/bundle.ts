import { Stack, Stage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import type { Rules } from '../lambdas/contracts/rules.ts';
import { preparedPolicies } from '../lambdas/kernel/policy/rules/prepared.ts';
import { functionChunks, type Chunk } from './function-chunks.ts';
import type { ToolSources } from './own-tools/sources.ts';
import type { ModuleName } from './package-files.ts';

/** File of the compiled rules beside the code, relative to the function's working directory. */
export const RULES_FILE = 'rules.json';

const CEDAR_WASM = 'cedar_wasm_bg.wasm';
/** Found as Node finds the package, wherever a package manager put it. */
const cedarWasmSource = (): string =>
  join(dirname(createRequire(import.meta.url).resolve('@cedar-policy/cedar-wasm/nodejs')), CEDAR_WASM);
/** Only functions that evaluate policies need the 4 MB of Cedar. */
const readsCedar = ({ name, contents }: Chunk): boolean =>
  name.endsWith('.mjs') && Buffer.from(contents).includes(CEDAR_WASM);

interface BundlerProps {
  /** Tools of a team. */
  readonly sources: ToolSources;
  readonly rules: Rules;
}

interface Bundle {
  readonly code: Code;
  /** Deletes the directory. CDK has copied it once the function is constructed. */
  readonly discard: () => void;
}

/** Makes the bundle of a function. */
export type Bundler = (name: ModuleName) => Bundle;

/**
 * Bundles all functions, minified and with their SDK clients, so the tested code is the code that runs. What functions share is in chunks,
 * and so is what is imported only when it is needed: a function has the chunks that it can reach, and a cold start parses the code that it
 * starts with.
 *
 * Class names are kept because the state machine matches on error names. Source maps are included for reading a
 * stack trace offline but not switched on: `--enable-source-maps` costs 30 to 55 ms per cold start.
 *
 * esbuild is started from this process. CDK's NodejsFunction starts it through npx, which takes a second per function.
 */
export const bundlerOf = (scope: Construct, { sources, rules }: BundlerProps): Bundler => {
  if (!Stack.of(scope).bundlingRequired)
    return () => ({ code: Code.fromInline('// not bundled'), discard: () => undefined });
  // The CDK names it from where the app runs, and esbuild wants the whole path.
  const assembly = resolve(Stage.of(scope)?.outdir ?? tmpdir());
  const chunksOf = functionChunks(assembly, sources);
  const rulesText = JSON.stringify({ ...rules, prepared: preparedPolicies(rules) });
  return (name) => {
    const directory = mkdtempSync(join(assembly, 'bundling-'));
    const chunks = chunksOf(name);
    for (const chunk of chunks) writeFileSync(join(directory, chunk.name), chunk.contents);
    writeFileSync(join(directory, 'index.mjs'), `export { handler } from './main.mjs';\n`);
    writeFileSync(join(directory, RULES_FILE), rulesText);
    if (chunks.some(readsCedar)) copyFileSync(cedarWasmSource(), join(directory, CEDAR_WASM));
    return { code: Code.fromAsset(directory), discard: () => rmSync(directory, { recursive: true }) };
  };
};
