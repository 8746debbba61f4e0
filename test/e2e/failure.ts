import { CheckreinError } from '../../lambdas/contracts/errors.ts';

/** The run cannot continue. */
export class E2eFailure extends CheckreinError {
  constructor(message: string, advice: string, cause?: unknown) {
    super('E2eFailure', message, advice, cause);
  }
}
