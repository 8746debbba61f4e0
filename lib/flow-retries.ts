import { Duration } from 'aws-cdk-lib';
import { Errors, JitterType, type RetryProps, type TaskStateBase } from 'aws-cdk-lib/aws-stepfunctions';
import { ERROR } from '../lambdas/contracts/error-names.ts';

/** Lambda did not answer: CDK's own list. */
const LAMBDA_UNAVAILABLE = [
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.ClientExecutionTimeoutException',
];

/** The function timed out, ran out of memory or crashed. A step that runs again finds the events it already wrote. */
const LAMBDA_DIED = ['Lambda.Unknown', 'Sandbox.Timedout', 'Runtime.ExitError'];

const TRANSIENT_ERRORS = [...LAMBDA_UNAVAILABLE, ...LAMBDA_DIED, ERROR.cloudUnavailable, ERROR.ledgerUnavailable];

/** Waits at most 2, 4, 8, 16, 32 and 60 s. Full jitter halves that on average: about one minute. */
const TRANSIENT_FAULT = {
  errors: TRANSIENT_ERRORS,
  interval: Duration.seconds(2),
  backoffRate: 2,
  maxAttempts: 6,
  maxDelay: Duration.minutes(1),
  jitterStrategy: JitterType.FULL,
} satisfies RetryProps;

/**
 * A model outage. Waits at most 10, 20, 40 and 80 s, then 10 times 2 minutes. Full jitter halves that on average to
 * 11 minutes: longer than most outages of a model provider, and short enough that a person still hears in time.
 */
const MODEL_OUTAGE = {
  errors: [ERROR.modelUnavailable],
  interval: Duration.seconds(10),
  backoffRate: 2,
  maxAttempts: 14,
  maxDelay: Duration.minutes(2),
  jitterStrategy: JitterType.FULL,
} satisfies RetryProps;

/**
 * The account's concurrency is used up. Waits as long as for a model outage: waiting in the state machine is free, and
 * with the quota of a new account (10) a storm of alarms takes minutes to work off.
 */
const THROTTLED = { ...MODEL_OUTAGE, errors: ['Lambda.TooManyRequestsException'] } satisfies RetryProps;

/** Bugs and deployment faults, which another attempt cannot fix. */
const NOT_RETRYABLE = {
  errors: [ERROR.contractBroken, ERROR.traceDiverged, ERROR.traceCorrupt, ERROR.misconfigured],
  maxAttempts: 0,
} satisfies RetryProps;

/**
 * An earlier attempt may still be running: try every 30 s until its timeout of 5 minutes has passed. During a rollout it may
 * be a function of the version before, which runs for 14.
 */
const IN_FLIGHT = {
  errors: [ERROR.applyInFlight],
  interval: Duration.seconds(30),
  backoffRate: 1,
  maxAttempts: 30,
} satisfies RetryProps;

/** Any other error of a change. */
const RECONCILE = {
  errors: [Errors.ALL],
  interval: Duration.seconds(15),
  backoffRate: 2,
  maxAttempts: 3,
} satisfies RetryProps;

/** Retry policies. Step Functions uses the first entry that names the error. */
const RETRIES = {
  /** A step of the loop. When its retries are used up, Close takes over. */
  ordinary: [THROTTLED, TRANSIENT_FAULT],
  /** Decide, which also depends on the model provider. */
  model: [THROTTLED, TRANSIENT_FAULT, MODEL_OUTAGE],
  /** Open and Close, whose errors no state catches: 15 attempts over about 5 minutes. */
  uncaught: [THROTTLED, { ...TRANSIENT_FAULT, maxAttempts: 15 }],
  /**
   * Apply and Rollback. Retrying is safe after any error, even a timeout or a lost response: a change that the trace
   * shows as started is reconciled with the real state of the target and never applied twice.
   */
  reconciling: [THROTTLED, NOT_RETRYABLE, IN_FLIGHT, RECONCILE],
} satisfies Record<string, readonly RetryProps[]>;

/** Name of a retry policy. */
export type RetryPolicy = keyof typeof RETRIES;

/** Puts a retry policy on a task. */
export const retry = <Task extends TaskStateBase>(task: Task, policy: RetryPolicy): Task => {
  for (const entry of RETRIES[policy]) task.addRetry(entry);
  return task;
};
