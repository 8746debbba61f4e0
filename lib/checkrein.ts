import { existsSync } from 'node:fs';
import type { Construct } from 'constructs';
import { InputError } from '../lambdas/contracts/errors.ts';
import type { SettingsInput } from '../lambdas/contracts/settings.ts';
import { compileRules } from '../lambdas/kernel/policy/rules/compile.ts';
import { Harness, type HarnessProps } from './harness.ts';
import { installedFrom } from './own-tools/load.ts';

export interface CheckreinProps {
  /** Who approves, which model decides, and everything else of a deployment. What is left out has a safe default. */
  readonly settings: SettingsInput;
  /** Directory with `agents/` and, for policies of your own, `policies/`. Relative to where `cdk` runs. */
  readonly config: string;
  /** Directory with a folder for each tool of your own. Default: the shipped tools only. */
  readonly tools?: string;
}

/**
 * Checkrein in the account and Region of a stack. A mistake in `config`, `settings` or `tools` is an error with every
 * problem, its file and what was expected.
 */
export class Checkrein extends Harness {
  constructor(scope: Construct, id: string, props: CheckreinProps) {
    super(scope, id, compiled(props));
  }
}

const compiled = ({ settings, config, tools }: CheckreinProps): HarnessProps => {
  if (!existsSync(config))
    throw new InputError(`config ${config}`, 'there is no such directory', 'a directory with a folder `agents` in it');
  const { installed, sources } = installedFrom(tools);
  return { rules: compileRules(config, settings, installed), catalogue: installed.catalogue, sources };
};
