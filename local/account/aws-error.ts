import { CloudError } from '../../lambdas/contracts/errors.ts';
import type { CloudRequest } from '../../lambdas/contracts/ports.ts';
import { refusal } from './authorization.ts';

/** An error that a world file gives a call, with AWS's message unless the file has one. */
export const awsError = (request: CloudRequest, code: string, message: string | undefined): CloudError => {
  if (message !== undefined) return new CloudError(code, message);
  const denied = refusal(
    request.service,
    `User is not authorized to perform: ${request.service}:${request.command} because no identity-based policy allows the ${request.service}:${request.command} action`,
  );
  return denied.code === code ? denied : new CloudError(code, MESSAGES[code] ?? `The ${request.command} call failed.`);
};

const MESSAGES: Readonly<Record<string, string>> = {
  InsufficientInstanceCapacity: 'Insufficient capacity.',
  InternalError: 'An internal error has occurred',
  ScalingActivityInProgress: 'Scaling activity is in progress and blocked by the cooldown.',
};
