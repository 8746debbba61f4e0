import { ProvisionedThroughputExceededException, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { StepName } from '../../lambdas/contracts/flow.ts';
import type { Json } from '../../lambdas/contracts/json.ts';
import { CheckreinError } from '../../lambdas/contracts/errors.ts';
import type { Invoke } from '../../local/flow.ts';
import type { Random } from './random.ts';

/** The share of all ledger requests, or of all steps, that each fault hits. */
const RATES = {
  /** A ledger request is throttled once; the SDK tries again. */
  throttle: 0.01,
  /** A ledger request is throttled until the SDK gives up; the step fails and is run again. */
  longThrottle: 0.002,
  /** A ledger request is carried out, but its answer is lost; the SDK repeats it. */
  lostAnswer: 0.003,
  /** A function is killed before it has done anything. */
  crashBefore: 0.01,
  /** A function is killed after its work, before it returns a result. */
  crashAfter: 0.01,
  /** A step is run twice at once. */
  duplicateRun: 0.01,
} as const;

/** How often each fault was injected. */
export type FaultCounts = Map<string, number>;

const countFault = (faultCounts: FaultCounts, fault: string): void => {
  faultCounts.set(fault, (faultCounts.get(fault) ?? 0) + 1);
};

const throttled = (): ProvisionedThroughputExceededException =>
  new ProvisionedThroughputExceededException({ message: 'Simulated: rate exceeded.', $metadata: {} });

/** The SDK recognizes a broken connection by this error name. */
const answerLost = (): CheckreinError =>
  new CheckreinError('TimeoutError', 'Simulated: the answer was lost.', 'Try again.');

/** Makes a ledger client throttle requests, and lose answers to requests that were carried out. */
export const injectLedgerFaults = (client: DynamoDBClient, random: Random, faultCounts: FaultCounts): void => {
  client.middlewareStack.add(
    (next) => async (args) => {
      if (random() < RATES.longThrottle) {
        countFault(faultCounts, 'ledger throttled, beyond the SDK');
        throw throttled();
      }
      return next(args);
    },
    { step: 'initialize', name: 'longThrottle', priority: 'low' },
  );
  client.middlewareStack.add(
    (next) => async (args) => {
      const drawn = random();
      if (drawn < RATES.throttle) {
        countFault(faultCounts, 'ledger throttled');
        throw throttled();
      }
      const answer = await next(args);
      if (drawn > 1 - RATES.lostAnswer) {
        countFault(faultCounts, 'ledger answer lost');
        throw answerLost();
      }
      return answer;
    },
    { step: 'finalizeRequest', name: 'shortFaults', priority: 'low' },
  );
};

/** The error that Lambda reports for a function that was killed. */
const functionKilled = (): CheckreinError =>
  new CheckreinError('Sandbox.Timedout', 'Simulated: the function was killed.', 'Run the step again.');

/** Kills steps before or after their work, and runs some of them twice at once. */
export const injectStepFaults =
  (random: Random, faultCounts: FaultCounts) =>
  async (step: StepName, payload: Json, invoke: Invoke): Promise<unknown> => {
    const drawn = random();
    if (drawn < RATES.crashBefore) {
      countFault(faultCounts, 'step killed before its work');
      throw functionKilled();
    }
    if (drawn < RATES.crashBefore + RATES.duplicateRun) {
      countFault(faultCounts, 'step run twice at once');
      const [first] = await Promise.allSettled([invoke(step, payload), invoke(step, payload)]);
      if (first.status === 'rejected') throw first.reason;
      return first.value;
    }
    const done = await invoke(step, payload);
    if (drawn > 1 - RATES.crashAfter) {
      countFault(faultCounts, 'step killed after its work');
      throw functionKilled();
    }
    return done;
  };
