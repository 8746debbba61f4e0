import type { Rules } from '../lambdas/contracts/rules.ts';
import { InputError } from '../lambdas/contracts/errors.ts';

/** Every event has a source. */
const ANY_EVENT = { source: [{ exists: true }] };

/** The rules with one agent, which handles every event. For `--agent`. */
export const withOnly = (rules: Rules, name: string): Rules => {
  const agent = rules.agents.find((one) => one.name === name);
  if (agent === undefined)
    throw new InputError(
      '--agent',
      `there is no agent ${JSON.stringify(name)}`,
      `one of ${rules.agents.map((one) => one.name).join(', ')}; agents are files in agents/ of the config directory`,
    );
  return { ...rules, agents: [{ ...agent, takes: ANY_EVENT }] };
};
