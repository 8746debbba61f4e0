import { ERROR } from '../../contracts/error-names.ts';
import type { JsonObject } from '../../contracts/json.ts';
import { CloudError, StepError } from '../../contracts/errors.ts';
import { readInstance, type Ec2Instance } from '../aws/ec2-instance.ts';
import type { ChangeContext } from '../tool.ts';

const POLL_SECONDS = 5;
/**
 * How long one wait may take. Four waits at most (an earlier attempt's move, stop, start, and start again
 * after a retreat) come to 12 minutes, inside the 14 that a change has.
 */
const WAIT_TIMEOUT_SECONDS = 180;
/** A call that AWS throttles or does not answer is made this often, so that one hiccup leaves nothing half-done. */
const MAX_ATTEMPTS = 3;
const RETRY_DELAY_SECONDS = 10;

/** Stops the instance and waits until it is down. */
export const stopInstance = async (instanceId: string, context: ChangeContext): Promise<Ec2Instance> => {
  await send('StopInstances', { InstanceIds: [instanceId] }, context);
  return waitForState(instanceId, ['stopped'], context);
};

/** Sets the type of a stopped instance. */
export const setInstanceType = (instanceId: string, type: string, context: ChangeContext): Promise<void> =>
  send('ModifyInstanceAttribute', { InstanceId: instanceId, InstanceType: { Value: type } }, context);

/** Starts the instance and waits until it runs. */
export const startInstance = async (instanceId: string, context: ChangeContext): Promise<Ec2Instance> => {
  await send('StartInstances', { InstanceIds: [instanceId] }, context);
  // Reads lag behind writes in EC2: at once, it might still be shown as a former start left it.
  await context.clock.sleep(POLL_SECONDS * 1000);
  return waitForState(instanceId, ['running'], context);
};

/** Polls until the instance is in one of the states. Running out of patience is something that only time helps. */
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

/** The instance as it is now. */
export const describeWithRetries = (instanceId: string, context: ChangeContext): Promise<Ec2Instance> =>
  withRetries(() => readInstance(context.cloud, instanceId), context);

const send = async (command: string, input: JsonObject, context: ChangeContext): Promise<void> => {
  await withRetries(() => context.change.send({ service: 'ec2', command, input }), context);
};

/** Tries again what failed for want of an answer. All three moves are absolute, so once more does no harm. */
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
    'The change goes on from here when it is tried again. If it never is, start the instance by hand.',
  );

/**
 * A start can be accepted and fail a moment later: the instance falls back to `stopped` with AWS's own
 * reason (no capacity, no right to the key of an encrypted volume). After a stop by a user the reason
 * is another, so a read that lags behind the start is not mistaken for it.
 */
const throwIfStartFailed = ({ state, stateReason }: Ec2Instance): void => {
  if (state !== 'stopped' || stateReason === undefined || stateReason.Code === 'Client.UserInitiatedShutdown') return;
  throw new CloudError(stateReason.Code.replace(/^(Server|Client)\./, ''), stateReason.Message);
};
