import { SendTaskSuccessCommand, SFNClient } from '@aws-sdk/client-sfn';
import { ERROR } from '../../contracts/error-names.ts';
import { contractBroken, StepError } from '../../contracts/errors.ts';
import type { Callbacks } from '../../contracts/ports.ts';
import { CONNECTION } from './connection.ts';
import { awsFailureOf } from './errors.ts';

/** What Step Functions answers when the execution has gone on, or ended, without this answer. */
const GONE: ReadonlySet<string> = new Set(['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken']);

/**
 * Wakes waiting executions. AWS may quote the token in its error messages, and whoever holds a token can
 * answer: so errors leave here with AWS's code only, without message and cause.
 */
export const sfnCallbacks = (client = new SFNClient(CONNECTION)): Callbacks => ({
  resume: async (taskToken, output) => {
    try {
      await client.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) }));
      return 'resumed';
    } catch (error) {
      const failure = awsFailureOf(error);
      if (failure.kind === 'unavailable')
        throw new StepError(
          ERROR.cloudUnavailable,
          'states:SendTaskSuccess got no usable answer.',
          'Step Functions throttles or is unreachable. Answer again: a question takes each answer once.',
        );
      if (failure.kind === 'bug')
        throw contractBroken('states:SendTaskSuccess was given an input that has no wire form.');
      if (GONE.has(failure.code)) return 'gone';
      throw contractBroken(`states:SendTaskSuccess was refused: ${failure.code}.`);
    }
  },
});
