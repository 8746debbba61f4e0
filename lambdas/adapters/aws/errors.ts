import * as z from 'zod';
import { ERROR } from '../../contracts/error-names.ts';
import { CloudError, contractBroken, StepError } from '../../contracts/errors.ts';

/** What an SDK throws when AWS has answered with an error. */
const Answered = z.looseObject({
  name: z.string(),
  message: z.string(),
  /** The code on the wire, where the SDK's class has another name (`ScalingActivityInProgressFault`). */
  Code: z.string().optional(),
  $fault: z.string(),
  $metadata: z.looseObject({ httpStatusCode: z.number().optional() }),
  $retryable: z.looseObject({ throttling: z.boolean().optional() }).optional(),
});

/** Codes of AWS services for "not now, you ask too often". */
const THROTTLES: ReadonlySet<string> = new Set([
  'BandwidthLimitExceeded',
  'EC2ThrottledException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
]);

/** What went wrong with a call, as seen by somebody who has to decide what to do about it. */
type Failure =
  /** AWS did not answer, is broken, or throttles: only time helps. */
  | { readonly kind: 'unavailable'; readonly says: string }
  /** AWS understood and declined. */
  | { readonly kind: 'refused'; readonly code: string; readonly says: string }
  /** The call never left: our own input could not be serialized. */
  | { readonly kind: 'bug'; readonly says: string };

/** Sorts what an SDK client threw. */
export const awsFailureOf = (error: unknown): Failure => {
  const answered = Answered.safeParse(error);
  if (!answered.success) {
    const says = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { kind: error instanceof TypeError || error instanceof RangeError ? 'bug' : 'unavailable', says };
  }
  const { name, message, Code: code = name, $metadata, $retryable } = answered.data;
  const status = $metadata.httpStatusCode ?? 0;
  const throttled = THROTTLES.has(code) || $retryable?.throttling === true || status === 429;
  // EC2 reports a lack of capacity as a server fault, but it is an answer: another size or zone may have it.
  const broken = status >= 500 && !code.startsWith('Insufficient');
  if (throttled || broken) return { kind: 'unavailable', says: `${code}: ${message}` };
  return { kind: 'refused', code, says: message };
};

/** The error that a call of `asked` (e.g. `ec2:RebootInstances`) leaves the adapter with. */
export const translated = (asked: string, error: unknown): CloudError | StepError => {
  const failure = awsFailureOf(error);
  if (failure.kind === 'refused') return new CloudError(failure.code, failure.says, error);
  if (failure.kind === 'bug')
    return contractBroken(`${asked} was given an input that has no wire form: ${failure.says}`, error);
  return new StepError(
    ERROR.cloudUnavailable,
    `${asked} got no usable answer (${failure.says}).`,
    'AWS throttles or is unreachable. The step is retried; if it persists, look at the service health page.',
    error,
  );
};
