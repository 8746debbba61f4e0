import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { packageFile } from '../lambdas/kernel/policy/rules/package-root.ts';

/**
 * The modules of the package that are loaded by path or by name, each with its source. The build writes them to `dist/`, where everything
 * that two of them share is in one file: so an error that a tool throws is of the class that the kernel knows.
 */
export const MODULES = {
  index: 'lib/index.ts',
  tool: 'lib/tool.ts',
  testing: 'local/testing.ts',
  moment: 'lambdas/contracts/moment.ts',
  cli: 'bin/checkrein.ts',
  installed: 'lambdas/providers/installed.ts',
  open: 'lambdas/steps/open/handler.ts',
  decide: 'lambdas/steps/decide/handler.ts',
  observe: 'lambdas/steps/observe/handler.ts',
  authorize: 'lambdas/steps/authorize/handler.ts',
  'change-zone': 'lambdas/steps/change-zone/handler.ts',
  ask: 'lambdas/approvals/ask/handler.ts',
  page: 'lambdas/approvals/page/handler.ts',
  'send-link': 'lambdas/approvals/send-link/handler.ts',
  'decide-api': 'lambdas/approvals/decide-api/handler.ts',
  verify: 'lambdas/steps/verify/handler.ts',
  close: 'lambdas/steps/close/handler.ts',
  stopped: 'lambdas/steps/close/stopped-handler.ts',
  moments: 'lambdas/moments/publish/handler.ts',
  digest: 'lambdas/scheduled/digest/handler.ts',
  subscriptions: 'lambdas/scheduled/subscriptions/handler.ts',
  notify: 'lambdas/notifiers/notify/handler.ts',
} as const;
export type ModuleName = keyof typeof MODULES;

const isModule = (name: string): name is ModuleName => name in MODULES;

/** The modules of Lambda functions: their sources are named after what they export. */
export const FUNCTIONS: readonly ModuleName[] = Object.keys(MODULES)
  .filter(isModule)
  .filter((name) => MODULES[name].endsWith('handler.ts'));

/** Modules are loaded as they stand in a clone, and as they were built in the package. */
const isClone = import.meta.filename.endsWith('.ts');

/** The path of a module. */
export const moduleFile = (name: ModuleName): string =>
  isClone ? packageFile(MODULES[name]) : packageFile('dist', `${name}.js`);

/** What package.json says of this package. */
export const packageJson = (): z.infer<typeof PackageJson> =>
  PackageJson.parse(JSON.parse(readFileSync(packageFile('package.json'), 'utf8')));

const Packages = z.record(z.string(), z.string());
const PackageJson = z.object({
  version: z.string(),
  description: z.string(),
  dependencies: Packages,
  peerDependencies: Packages,
  devDependencies: Packages,
});
