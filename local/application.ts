import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { InputError } from '../lambdas/contracts/errors.ts';
import type { Rules } from '../lambdas/contracts/rules.ts';
import type { ModelSource, SettingsInput } from '../lambdas/contracts/settings.ts';
import { compileRules } from '../lambdas/kernel/policy/rules/compile.ts';
import type { Installation } from '../lambdas/providers/installed.ts';
import { installedFrom } from '../lib/own-tools/load.ts';
import { moduleAt, teamModules } from '../lib/team-modules.ts';

/** The flags that say which app a command is about. */
export interface ApplicationFlags {
  readonly config?: string;
  readonly tools?: string;
}

/** A team's app: its configuration, what it has installed, and the rules that follow. */
export class Application {
  /** Its config directory, as it was named. */
  readonly config: string;
  /** The settings that its deployment.ts exports. They are checked with the rules. */
  readonly settings: SettingsInput;
  readonly installed: Installation;
  #rules: Rules | undefined;

  constructor({ config, settings, installed }: Pick<Application, 'config' | 'settings' | 'installed'>) {
    this.config = config;
    this.settings = settings;
    this.installed = installed;
  }

  /** What `cdk synth` compiles. They are compiled once: who asks for them again gets the same object. */
  get rules(): Rules {
    this.#rules ??= compileRules(this.config, this.settings, this.installed);
    return this.#rules;
  }

  /** The same with models from another source. */
  rulesWithModel(model: ModelSource): Rules {
    return compileRules(this.config, { ...this.settings, model }, this.installed);
  }
}

const DEFAULT_CONFIG = 'config';

/** The app that flags name; by default the one of the working directory. Its code is loaded, so what cannot run is found here. */
export const applicationAt = ({ config, tools }: ApplicationFlags): Application => {
  const directory = configOf(config);
  const { installed } = installedFrom(tools ?? toolsBeside(directory));
  return new Application({ config: directory, settings: settingsIn(directory), installed });
};

/** The folder of the app's own tools, if it has one. */
export const toolsOf = ({ config, tools }: ApplicationFlags): string | undefined =>
  tools ?? toolsBeside(configOf(config));

const configOf = (config: string | undefined): string => (config === undefined ? ownConfig() : givenConfig(config));

const isDirectory = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

const ownConfig = (): string => {
  if (isDirectory(DEFAULT_CONFIG)) return DEFAULT_CONFIG;
  throw new InputError(
    '--config',
    `not given, and there is no directory ${resolve(DEFAULT_CONFIG)}`,
    'the folder of an app (`checkrein init DIR` makes one), or --config DIR',
  );
};

const givenConfig = (directory: string): string => {
  if (isDirectory(directory)) return directory;
  throw new InputError(
    `--config ${directory}`,
    'there is no such directory',
    'a directory with deployment.ts and agents/ in it',
  );
};

/** An app without tools of its own may have no such folder. */
const toolsBeside = (config: string): string | undefined => {
  const beside = join(dirname(resolve(config)), 'tools');
  return isDirectory(beside) ? beside : undefined;
};

const DeploymentModule = z.object({
  deployment: z.custom<SettingsInput>((value) => typeof value === 'object' && value !== null && !Array.isArray(value)),
});
const EXPECTED = 'a module with `export const deployment = { … }`, the settings of the deployment';

const settingsIn = (directory: string): SettingsInput => {
  const file = moduleAt(join(directory, 'deployment'));
  if (file === undefined)
    throw new InputError(join(directory, 'deployment.ts'), 'there is no such file, nor a .js or .mjs', EXPECTED);
  const load = teamModules(file, directory, { deployment: resolve(file) });
  const module = DeploymentModule.safeParse(load('deployment', file));
  if (module.success) return module.data.deployment;
  throw new InputError(file, 'it exports no object named deployment', EXPECTED);
};
