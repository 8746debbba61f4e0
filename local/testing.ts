// What the tests of a team call, as `checkrein/testing`. It works with node:test, vitest and any other test runner.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { InputError } from '../lambdas/contracts/errors.ts';
import { Settings, type SettingsInput } from '../lambdas/contracts/settings.ts';
import { compileRules } from '../lambdas/kernel/policy/rules/compile.ts';
import { reportOf } from '../lambdas/kernel/trace/report.ts';
import { compiledModules } from '../lib/own-tools/bundle.ts';
import { installedFrom } from '../lib/own-tools/load.ts';
import { ToolsError } from '../lib/own-tools/tools-error.ts';
import { play, scenarioIn } from './scenario.ts';

/** The folders of an app. */
export interface AppFolders {
  /** Directory with `deployment.ts`, `agents/` and `policies/`. Default: `config` of the working directory. */
  readonly config?: string;
  /** Directory with a folder for each tool. Default: the folder `tools` beside `config`, if there is one. */
  readonly tools?: string;
}

/** What came of a scenario. */
export interface PlayedScenario {
  /** Each difference from `expect.yaml`, in words. Empty if all is as expected. */
  readonly problems: readonly string[];
  /** The report of the incident, as people would get it. It helps to see why there is a difference. */
  readonly report: string;
}

/** Plays the scenario in a folder, with the configuration and the tools of an app. No account and no model is needed. */
export const playScenario = async (folder: string, app: AppFolders = {}): Promise<PlayedScenario> => {
  const config = resolve(app.config ?? 'config');
  const beside = join(dirname(config), 'tools');
  const { installed } = installedFrom(app.tools ?? (existsSync(beside) ? beside : undefined));
  const rules = compileRules(config, settingsIn(config), installed);
  const scenario = await scenarioIn(resolve(folder));
  const { result, problems } = await play(scenario, { rules, installed, onEvent: () => undefined });
  return { problems, report: reportOf(result.events) };
};

/**
 * What of the promises of every tool the tool in a folder does not keep, with file and what was expected. Empty if it keeps all.
 * The folders beside it are read, too, since no two tools have one name.
 */
export const checkTool = (folder: string): readonly string[] => {
  const path = resolve(folder);
  if (!existsSync(path)) throw new InputError(folder, 'there is no such folder', 'the folder of a tool');
  const of = `${basename(dirname(path))}/${basename(path)}/`;
  try {
    installedFrom(dirname(path));
    return [];
  } catch (error) {
    if (error instanceof ToolsError) return error.problems.filter((problem) => problem.startsWith(of));
    throw error;
  }
};

const settingsIn = (config: string): SettingsInput => {
  const file = ['deployment.ts', 'deployment.mjs', 'deployment.js']
    .map((name) => join(config, name))
    .find((one) => existsSync(one));
  if (file === undefined)
    throw new InputError(
      `config ${config}`,
      'there is no deployment.ts in it',
      'a directory with agents/ and deployment.ts',
    );
  const compiled = join(compiledModules(config, { deployment: file }), 'deployment.mjs');
  const module: unknown = createRequire(import.meta.url)(compiled);
  const { data, error } = z.object({ deployment: Settings }).safeParse(module);
  if (data === undefined)
    throw new InputError(file, z.prettifyError(error), 'export const deployment with the settings');
  return data.deployment;
};
