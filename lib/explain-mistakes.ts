import { CheckreinError, InputError } from '../lambdas/contracts/errors.ts';
import { visible } from '../lambdas/kernel/trace/outside-text.ts';

/**
 * Runs what declares a CDK app. A mistake in its settings, agents, policies or tools is printed as a sentence with what was expected, and
 * the exit code is 1. Only a bug gets a stack trace.
 */
export const explainMistakes = (declare: () => void): void => {
  try {
    declare();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    process.stderr.write(`${errorText(error)}\n`);
    process.exitCode = 1;
  }
};

/** An error as text: our own errors as a sentence with advice, anything else, a bug of ours, with its stack. */
export const errorText = (error: unknown): string => visible(inWords(error));

const inWords = (error: unknown): string => {
  if (error instanceof InputError) return `${error.message}\n  expected: ${error.advice}`;
  if (error instanceof CheckreinError) return `${error.message}\n  ${error.advice}`;
  if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
    return `${error.message}\n  expected: see --help`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
};
