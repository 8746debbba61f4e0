import { CheckreinError } from '../../lambdas/contracts/errors.ts';

/** Why the run cannot go on, for the person who started it. */
export class E2eFailure extends CheckreinError {
  constructor(message: string, advice: string, cause?: unknown) {
    super('E2eFailure', message, advice, cause);
  }
}
