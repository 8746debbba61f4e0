import { join } from 'node:path';
import { InputError } from '../../lambdas/contracts/errors.ts';
import type { JsonObject } from '../../lambdas/contracts/json.ts';
import type { AccountRegion } from '../../lambdas/contracts/ports.ts';
import { QUESTION_CHARACTERS } from '../../lambdas/contracts/question.ts';
import type { Rules } from '../../lambdas/contracts/rules.ts';
import { cleanJson, EVENT_BYTES } from '../../lambdas/kernel/redaction/clean-json.ts';
import { agentFor } from '../../lambdas/steps/open/intake.ts';

/** What a person gave for an agent to take: where it stood, and what was expected there. */
interface Taken {
  readonly where: string;
  readonly expected: string;
}

/** A question on the command line. */
export const ASKED: Taken = {
  where: '<question>',
  expected: `a question of 1 to ${QUESTION_CHARACTERS} characters about this account or a member of it, for an agent that may answer it`,
};

/** An event in a file. */
export const recordedIn = (file: string, config: string): Taken => ({
  where: `<file> ${file}`,
  expected: `an event that an agent in ${join(config, 'agents/')} takes`,
});

/**
 * The agent that takes an event under these rules, as Open finds it. The rules of a stack have the last word; but a mistake
 * is told before anything starts.
 */
export const agentTaking = (
  { where, expected }: Taken,
  event: JsonObject,
  rules: Rules,
  home: AccountRegion,
): string => {
  const intake = agentFor(cleanJson(event, EVENT_BYTES).value, rules, home);
  if (intake.taken) return intake.agent.name;
  throw new InputError(where, intake.reason, expected);
};
