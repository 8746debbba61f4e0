import * as z from 'zod';
import { ERROR } from '../../contracts/error-names.ts';
import { CloudError, contractBroken, StepError } from '../../contracts/errors.ts';

/** What an SDK client throws when AWS returned an error. */
const SdkError = z.looseObject({
  name: z.string(),
  message: z.string(),
  /** The code that AWS sent, if the SDK's class has another name (`ScalingActivityInProgressFault`). */
  Code: z.string().optional(),
  $fault: z.string(),
  $metadata: z.looseObject({ httpStatusCode: z.number().optional() }),
  $retryable: z.looseObject({ throttling: z.boolean().optional() }).optional(),
});

/** Error codes that AWS services use for throttling. */
const THROTTLES: ReadonlySet<string> = new Set([
  'BandwidthLimitExceeded',
  'EC2ThrottledException',
  'PriorRequestNotComplete',
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
/** Some services throttle under a code that says something else. */
const THROTTLED = /\brate exceeded\b/i;

/** AWS did not get the request in time, or its clock and ours differ. Both come as client errors (400, 403). */
const OUT_OF_TIME: ReadonlySet<string> = new Set([
  'RequestExpired',
  'RequestInTheFuture',
  'RequestTimeTooSkewed',
  'RequestTimeout',
  'RequestTimeoutException',
]);
/** A signature that is refused for its time, and not because the credentials are wrong. */
const SIGNATURES: ReadonlySet<string> = new Set([
  'AuthFailure',
  'InvalidSignature',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
]);
const SIGNED_AT_ANOTHER_TIME = /signature (has )?expired|signature not yet current|timestamp|request time/i;

const isOutOfTime = (code: string, message: string): boolean =>
  OUT_OF_TIME.has(code) || (SIGNATURES.has(code) && SIGNED_AT_ANOTHER_TIME.test(message));

/** What went wrong with a call, by what can be done about it. */
type Failure =
  /** AWS did not answer, failed, throttled the call, or takes its time for wrong: retry later. */
  | { readonly kind: 'unavailable'; readonly message: string }
  /** AWS rejected the request. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  /** The call was not sent: its input could not be serialized. */
  | { readonly kind: 'bug'; readonly message: string };

/** Classifies what an SDK client threw. */
export const classifyAwsError = (error: unknown): Failure => {
  const answered = SdkError.safeParse(error);
  if (!answered.success) {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { kind: error instanceof TypeError || error instanceof RangeError ? 'bug' : 'unavailable', message };
  }
  const { name, message, Code: code = name, $metadata, $retryable } = answered.data;
  const status = $metadata.httpStatusCode ?? 0;
  const throttled = THROTTLES.has(code) || $retryable?.throttling === true || status === 429 || THROTTLED.test(message);
  // EC2 reports a lack of capacity as a server fault, but it is an answer: another size or zone may have it.
  const broken = status >= 500 && !code.startsWith('Insufficient');
  if (throttled || broken || isOutOfTime(code, message)) return { kind: 'unavailable', message: `${code}: ${message}` };
  return { kind: 'refused', code, message };
};

/** The error that an adapter throws after a failed call, e.g. `ec2:RebootInstances on i-0123456789abcdef0`. */
export const translateAwsError = (call: string, error: unknown): CloudError | StepError => {
  const failure = classifyAwsError(error);
  if (failure.kind === 'refused') return new CloudError(failure.code, failure.message, error, call);
  if (failure.kind === 'bug')
    return contractBroken(`${call} was given an input that could not be serialized: ${failure.message}`, error);
  return new StepError(
    ERROR.cloudUnavailable,
    `${call} got no usable response (${failure.message}).`,
    'AWS throttles or is unreachable, or its clock and ours differ. The step is retried; if it persists, look at the service health page.',
    error,
  );
};
