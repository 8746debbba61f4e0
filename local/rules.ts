import { deployment } from '../config/deployment.ts';
import type { Rules } from '../lambdas/contracts/rules.ts';
import type { ModelSource } from '../lambdas/contracts/settings.ts';
import { InputError } from '../lambdas/contracts/errors.ts';
import { compileRules } from '../lambdas/kernel/policy/rules/compile.ts';
import { configDirectory } from './laptop.ts';
import { INSTALLED } from '../lambdas/providers/installed.ts';

/** The rules of this checkout, as `cdk synth` compiles them, or with models from another source. */
export const localRules = (model?: ModelSource): Rules =>
  compileRules(configDirectory(), model === undefined ? deployment : { ...deployment, model }, INSTALLED);

/** Every event has a source. */
const ANY_EVENT = { source: [{ exists: true }] };

/** The rules with one agent, which handles every event. For `--agent`. */
export const withOnly = (rules: Rules, name: string): Rules => {
  const agent = rules.agents.find((one) => one.name === name);
  if (agent === undefined)
    throw new InputError(
      '--agent',
      `there is no agent ${JSON.stringify(name)}`,
      `one of ${rules.agents.map((one) => one.name).join(', ')}; agents are files in config/agents/`,
    );
  return { ...rules, agents: [{ ...agent, takes: ANY_EVENT }] };
};
