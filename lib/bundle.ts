import type { BundlingOptions } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogLevel, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
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

/**
 * One self-contained ES module a function: minified, with the SDK clients it uses, so that what was tested
 * is what runs. Class names are kept because the state machine matches on error names. Source maps are made
 * for reading a stack trace offline but not switched on: `--enable-source-maps` costs 30 to 55 ms a cold start.
 */
export const bundle = (rulesFile: string): BundlingOptions => ({
  format: OutputFormat.ESM,
  mainFields: ['module', 'main'],
  minify: true,
  keepNames: true,
  sourceMap: true,
  sourcesContent: false,
  bundleAwsSDK: true,
  banner: BANNER,
  logLevel: LogLevel.WARNING,
  commandHooks: {
    beforeBundling: () => [],
    beforeInstall: () => [],
    afterBundling: (_, output) => [
      `cp "${rulesFile}" "${join(output, RULES_FILE)}"`,
      // Only a function that evaluates policies carries the 4 MB of policy engine.
      `if grep -q ${CEDAR_WASM} "${join(output, 'index.mjs')}"; then cp "${CEDAR_WASM_SOURCE}" "${output}"; fi`,
    ],
  },
});
