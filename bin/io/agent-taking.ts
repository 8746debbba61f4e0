import { InputError } from '../../lambdas/contracts/errors.ts';
import type { JsonObject } from '../../lambdas/contracts/json.ts';
import type { AccountRegion } from '../../lambdas/contracts/ports.ts';
import type { Rules } from '../../lambdas/contracts/rules.ts';
import { cleanJson, EVENT_BYTES } from '../../lambdas/kernel/redaction/clean-json.ts';
import { agentFor } from '../../lambdas/steps/open/intake.ts';

/**
 * The agent that takes an event under these rules, as Open finds it. The rules of a stack have the last word; but a mistake
 * is told before anything starts.
 */
export const agentTaking = (where: string, event: JsonObject, rules: Rules, home: AccountRegion): string => {
  const intake = agentFor(cleanJson(event, EVENT_BYTES).value, rules, home);
  if (intake.taken) return intake.agent.name;
  throw new InputError(where, intake.reason, 'one that an agent in config/agents/ of this checkout takes');
};
