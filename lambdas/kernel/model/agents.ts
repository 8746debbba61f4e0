import type { Agent } from '../../contracts/agent.ts';
import { ERROR } from '../../contracts/error-names.ts';
import type { Rules } from '../../contracts/rules.ts';
import { StepError } from '../../contracts/errors.ts';

/** The agent of an incident. It must be in the rules that this function was deployed with. */
export const agentOf = (rules: Rules, name: string): Agent => {
  const agent = rules.agents.find((one) => one.name === name);
  if (agent === undefined)
    throw new StepError(
      ERROR.misconfigured,
      `The incident belongs to agent ${name}, which is not among ${rules.agents.map((one) => one.name).join(', ')}.`,
      'An agent was removed while it had an open incident. Put it back, or let the incident close.',
    );
  return agent;
};
