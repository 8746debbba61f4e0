import { SendTaskSuccessCommand, SFNClient } from '@aws-sdk/client-sfn';
import { ERROR } from '../../contracts/error-names.ts';
import { contractBroken, StepError } from '../../contracts/errors.ts';
import type { Callbacks } from '../../contracts/ports.ts';
import { CONNECTION } from './connection.ts';
import { classifyAwsError } from './errors.ts';

/** Step Functions returns these when the execution no longer waits for this token. */
const GONE: ReadonlySet<string> = new Set(['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken']);

/**
 * Resumes waiting executions. AWS may quote the task token in its error messages, and anyone who has the token can
 * answer. So the errors thrown here contain only AWS's error code, without message and cause.
 */
export const sfnCallbacks = (client = new SFNClient(CONNECTION)): Callbacks => ({
  resume: async (taskToken, output) => {
    try {
      await client.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) }));
      return 'resumed';
    } catch (error) {
      const failure = classifyAwsError(error);
      if (failure.kind === 'unavailable')
        throw new StepError(
          ERROR.cloudUnavailable,
          'states:SendTaskSuccess got no usable response.',
          'Step Functions throttles or is unreachable. Answer again: an answer is counted once.',
        );
      if (failure.kind === 'bug')
        throw contractBroken('states:SendTaskSuccess was given an input that could not be serialized.');
      if (GONE.has(failure.code)) return 'gone';
      throw contractBroken(`states:SendTaskSuccess was refused: ${failure.code}.`);
    }
  },
});
