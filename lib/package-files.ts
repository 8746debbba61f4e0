import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { InputError } from '../lambdas/contracts/errors.ts';

/**
 * The modules of the package that are loaded by path or by name, each with its source. The build writes them to `dist/`, where everything
 * that two of them share is in one file: so an error that a tool throws is of the class that the kernel knows.
 */
export const MODULES = {
  index: 'lib/index.ts',
  tool: 'lib/tool.ts',
  testing: 'local/testing.ts',
  cli: 'bin/checkrein.ts',
  installed: 'lambdas/providers/installed.ts',
  open: 'lambdas/steps/open/handler.ts',
  decide: 'lambdas/steps/decide/handler.ts',
  observe: 'lambdas/steps/observe/handler.ts',
  authorize: 'lambdas/steps/authorize/handler.ts',
  'change-zone': 'lambdas/steps/change-zone/handler.ts',
  ask: 'lambdas/approvals/ask/handler.ts',
  page: 'lambdas/approvals/page/handler.ts',
  verify: 'lambdas/steps/verify/handler.ts',
  close: 'lambdas/steps/close/handler.ts',
  stopped: 'lambdas/steps/close/stopped-handler.ts',
  digest: 'lambdas/scheduled/digest/handler.ts',
  subscriptions: 'lambdas/scheduled/subscriptions/handler.ts',
} as const;
export type ModuleName = keyof typeof MODULES;

/** Modules are loaded as they stand in a clone, and as they were built in the package. */
const isClone = import.meta.filename.endsWith('.ts');

/** The path of a module. */
export const moduleFile = (name: ModuleName): string =>
  isClone ? packageFile(MODULES[name]) : packageFile('dist', `${name}.js`);

/** The path of a file that stands in a clone where it stands in the package. */
export const packageFile = (...path: readonly string[]): string => join(packageRoot, ...path);

/** Version and description of this package. */
export const packageJson = (): z.infer<typeof PackageJson> =>
  PackageJson.parse(JSON.parse(readFileSync(packageFile('package.json'), 'utf8')));

const PackageJson = z.object({ version: z.string(), description: z.string() });

const rootAbove = (folder: string): string => {
  if (existsSync(join(folder, 'package.json'))) return folder;
  if (dirname(folder) === folder)
    throw new InputError(import.meta.dirname, 'there is no package.json above it', 'Checkrein as npm installs it');
  return rootAbove(dirname(folder));
};

const packageRoot = rootAbove(import.meta.dirname);
