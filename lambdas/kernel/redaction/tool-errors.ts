import * as z from 'zod';
import { CloudError, StepError, ToolRefusal } from '../../contracts/errors.ts';
import { ERROR } from '../../contracts/error-names.ts';
import { redactedWords } from './redactor.ts';

/** What to do about an AWS error code, for a reader who can replan. Codes without a line keep AWS's own words. */
const ADVICE: Readonly<Record<string, string>> = {
  InsufficientInstanceCapacity:
    'AWS has no such capacity in that Availability Zone right now. Pick another instance type, or another zone.',
  InstanceLimitExceeded:
    'The account is at its quota for running instances. A human has to raise it; choose something that needs no more instances.',
  VcpuLimitExceeded: 'The account is at its vCPU quota for this family. Choose a smaller type or another family.',
  Unsupported: 'This configuration is not supported where the target runs. Choose another type.',
  UnauthorizedOperation: 'The change role may not do this. Only a human can change its permissions; do not try again.',
  AccessDenied: 'The role may not do this. Only a human can change its permissions; do not try again.',
  AccessDeniedException: 'The role may not do this. Only a human can change its permissions; do not try again.',
  IncorrectInstanceState:
    'The instance is not in a state that allows this. Look at it again before you propose anything.',
  'InvalidInstanceID.NotFound':
    'There is no such instance in this account and Region. Check the id against the evidence.',
  'InvalidInstanceID.Malformed': 'That is not an instance id. Take it from the evidence.',
  ScalingActivityInProgress:
    'The group is still busy with an earlier scaling activity. Observe it and try again later.',
  RequestLimitExceeded: 'AWS throttles this call. Try again in a later turn.',
  Throttling: 'AWS throttles this call. Try again in a later turn.',
};

/** An AWS error as a sentence that the model can act on. */
const inWords = (error: CloudError): string => {
  const advice = ADVICE[error.code];
  return advice === undefined ? `${error.code}: ${error.awsMessage}` : `${error.code}: ${error.awsMessage} ${advice}`;
};

/** An error that the model should read and plan around. */
interface ToolError {
  readonly code: string;
  readonly says: string;
}

/**
 * Sorts what a tool threw: something that the model should read and plan around, without the secrets that AWS
 * may have quoted; or a fault of the harness that must leave the step. Bugs are never turned into tool results.
 */
export const asToolError = (error: unknown): ToolError | undefined => {
  const told = sorted(error);
  return told && { code: told.code, says: redactedWords(told.says) };
};

const sorted = (error: unknown): ToolError | undefined => {
  if (error instanceof CloudError) return { code: error.code, says: inWords(error) };
  if (error instanceof ToolRefusal) return { code: error.code, says: error.message };
  if (error instanceof StepError && error.code === ERROR.cloudUnavailable)
    return { code: error.code, says: `${error.message} It may work in a later turn.` };
  if (error instanceof z.ZodError)
    return {
      code: 'UnexpectedAnswer',
      says: `AWS answered in a form that this tool does not know: ${z.prettifyError(error)}`,
    };
  return undefined;
};
