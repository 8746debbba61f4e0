import { ERROR } from '../../contracts/error-names.ts';
import type { JsonObject } from '../../contracts/json.ts';
import { CloudError, StepError } from '../../contracts/errors.ts';
import { readInstance, type Ec2Instance } from '../aws/ec2-instance.ts';
import type { ChangeContext } from '../tool.ts';

const POLL_SECONDS = 5;
/**
 * Timeout of one wait. Four waits at most (for an earlier attempt, for stop, for start, and for the start with the former
 * type) take 12 minutes, less than the 14 that a change has.
 */
const WAIT_TIMEOUT_SECONDS = 180;
/** Attempts of a call that AWS throttles or does not answer, so that one failure does not leave the instance stopped. */
const MAX_ATTEMPTS = 3;
const RETRY_DELAY_SECONDS = 10;

/** Stops the instance and waits until it is stopped. */
export const stopInstance = async (instanceId: string, context: ChangeContext): Promise<Ec2Instance> => {
  await send('StopInstances', { InstanceIds: [instanceId] }, context);
  return waitForState(instanceId, ['stopped'], context);
};

/** Sets the type of a stopped instance. */
export const setInstanceType = (instanceId: string, type: string, context: ChangeContext): Promise<void> =>
  send('ModifyInstanceAttribute', { InstanceId: instanceId, InstanceType: { Value: type } }, context);

/** Starts the instance and waits until it is running. */
export const startInstance = async (instanceId: string, context: ChangeContext): Promise<Ec2Instance> => {
  await send('StartInstances', { InstanceIds: [instanceId] }, context);
  // Reads lag behind writes in EC2: an immediate read might still show the result of an earlier start.
  await context.clock.sleep(POLL_SECONDS * 1000);
  return waitForState(instanceId, ['running'], context);
};

/** Polls until the instance is in one of the states. A timeout throws an error that makes the step retry. */
export const waitForState = async (
  instanceId: string,
  states: readonly string[],
  context: ChangeContext,
): Promise<Ec2Instance> => {
  let instance = await describeWithRetries(instanceId, context);
  for (let waited = 0; !states.includes(instance.state); waited += POLL_SECONDS) {
    if (waited >= WAIT_TIMEOUT_SECONDS) throw stateTimeout(instance, states);
    throwIfStartFailed(instance);
    await context.clock.sleep(POLL_SECONDS * 1000);
    instance = await describeWithRetries(instanceId, context);
  }
  return instance;
};

/** Describes the instance, with retries. */
export const describeWithRetries = (instanceId: string, context: ChangeContext): Promise<Ec2Instance> =>
  withRetries(() => readInstance(context.cloud, instanceId), context);

const send = async (command: string, input: JsonObject, context: ChangeContext): Promise<void> => {
  await withRetries(() => context.change.send({ service: 'ec2', command, input }), context);
};

/** Retries a call that AWS throttled or did not answer. All three changes are idempotent, so repeating them is safe. */
const withRetries = async <T>(call: () => Promise<T>, { clock }: ChangeContext): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      const transient = error instanceof StepError && error.code === ERROR.cloudUnavailable;
      if (!transient || attempt === MAX_ATTEMPTS) throw error;
      await clock.sleep(RETRY_DELAY_SECONDS * 1000);
    }
  }
};

const stateTimeout = ({ id, state }: Ec2Instance, states: readonly string[]): StepError =>
  new StepError(
    ERROR.cloudUnavailable,
    `${id} is still ${state} after ${WAIT_TIMEOUT_SECONDS} s, expected ${states.join(' or ')}.`,
    'A retry continues the change from here. If there is none, start the instance by hand.',
  );

/**
 * EC2 can accept a start that fails a moment later: the instance goes back to `stopped` with a reason such as missing
 * capacity or no access to the KMS key of a volume. A user's stop has its own reason, so a read that lags behind the
 * start is not mistaken for such a failure.
 */
const throwIfStartFailed = ({ id, state, stateReason }: Ec2Instance): void => {
  if (state !== 'stopped' || stateReason === undefined || stateReason.Code === 'Client.UserInitiatedShutdown') return;
  const code = stateReason.Code.replace(/^(Server|Client)\./, '');
  throw new CloudError(code, stateReason.Message, undefined, `ec2:StartInstances on ${id}`);
};
