// What the tests of a team call, as `checkrein/testing`. It works with node:test, vitest and any other test runner.
import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { InputError } from '../lambdas/contracts/errors.ts';
import type { Moment } from '../lambdas/contracts/moment.ts';
import { reportOf } from '../lambdas/kernel/trace/report.ts';
import { installedFrom } from '../lib/own-tools/load.ts';
import { ToolsError } from '../lib/own-tools/tools-error.ts';
import { applicationAt } from './application.ts';
import { playScenario as play } from './scenario.ts';

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
  /** What people outside the flow would hear, as a deployment puts it on the event bus: to test a notifier of yours with. */
  readonly moments: readonly Moment[];
}

/** Plays the scenario in a folder, with the configuration and the tools of an app. No account and no model is needed. */
export const playScenario = async (folder: string, app: AppFolders = {}): Promise<PlayedScenario> => {
  const { result, problems } = await play(resolve(folder), applicationAt(app));
  return { problems, report: reportOf(result.events), moments: result.moments };
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
