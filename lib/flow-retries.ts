import { Duration } from 'aws-cdk-lib';
import { Errors, JitterType, type RetryProps, type TaskStateBase } from 'aws-cdk-lib/aws-stepfunctions';
import { ERROR } from '../lambdas/contracts/error-names.ts';

/** Lambda did not answer, or had no room. CDK's own list, and the throttle that it leaves out. */
const LAMBDA_IS_BUSY = [
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.TooManyRequestsException',
];

/** The function died half-way: out of time, out of memory, crashed. A step that runs again finds its own events. */
const LAMBDA_DIED = ['Lambda.Unknown', 'Sandbox.Timedout', 'Runtime.ExitError'];

const PASSING = [...LAMBDA_IS_BUSY, ...LAMBDA_DIED, ERROR.cloudUnavailable, ERROR.ledgerUnavailable];

/** Waits 2, 4, 8, 16, 32, 60 s at most, half of that on average: about one minute. */
const PASSING_FAULT = {
  errors: PASSING,
  interval: Duration.seconds(2),
  backoffRate: 2,
  maxAttempts: 6,
  maxDelay: Duration.minutes(1),
  jitterStrategy: JitterType.FULL,
} satisfies RetryProps;

/**
 * A model outage. Waits 10, 20, 40, 80 s, then 10 times 2 minutes at most; jitter halves that on average,
 * which leaves 11 minutes: longer than most incidents of a model provider, shorter than a pager's patience.
 */
const MODEL_OUTAGE = {
  errors: [ERROR.modelUnavailable],
  interval: Duration.seconds(10),
  backoffRate: 2,
  maxAttempts: 14,
  maxDelay: Duration.minutes(2),
  jitterStrategy: JitterType.FULL,
} satisfies RetryProps;

/** Bugs and deployment faults: the next attempt would be no wiser. */
const POINTLESS = {
  errors: [ERROR.contractBroken, ERROR.traceDiverged, ERROR.traceCorrupt, ERROR.misconfigured],
  maxAttempts: 0,
} satisfies RetryProps;

/** An earlier attempt may still run: come back every 30 s until the 14 minutes that it has at most are over. */
const IN_FLIGHT = {
  errors: [ERROR.applyInFlight],
  interval: Duration.seconds(30),
  backoffRate: 1,
  maxAttempts: 30,
} satisfies RetryProps;

/** Whatever else went wrong with a change. */
const RECONCILE = {
  errors: [Errors.ALL],
  interval: Duration.seconds(15),
  backoffRate: 2,
  maxAttempts: 3,
} satisfies RetryProps;

/** How often a task is tried again, by what went wrong. The first entry that names the error decides. */
const RETRIES = {
  /** A step of the loop: when this is used up, Close takes over. */
  ordinary: [PASSING_FAULT],
  /** Decide, which also depends on the model's service. */
  thinking: [PASSING_FAULT, MODEL_OUTAGE],
  /** Open and Close, which nothing catches: 15 attempts, over about 5 minutes. */
  patient: [{ ...PASSING_FAULT, maxAttempts: 15 }],
  /**
   * Apply and Rollback. Safe for any error, time-outs and lost answers included: what the trace shows as
   * started is reconciled with the real state of the target, and never applied a second time.
   */
  reconciling: [POINTLESS, IN_FLIGHT, RECONCILE],
} satisfies Record<string, readonly RetryProps[]>;

/** Name of a retry policy. */
export type RetryPolicy = keyof typeof RETRIES;

/** Puts a retry policy on a task. */
export const retry = <Task extends TaskStateBase>(task: Task, policy: RetryPolicy): Task => {
  for (const entry of RETRIES[policy]) task.addRetry(entry);
  return task;
};
