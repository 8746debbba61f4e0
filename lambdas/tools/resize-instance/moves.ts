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
const PATIENCE_SECONDS = 180;
/** A call that AWS throttles or does not answer is made this often, so that one hiccup leaves nothing half-done. */
const TRIES = 3;
const PAUSE_SECONDS = 10;

/** Stops the instance and waits until it is down. */
export const stop = async (instanceId: string, context: ChangeContext): Promise<Ec2Instance> => {
  await send('StopInstances', { InstanceIds: [instanceId] }, context);
  return waitFor(instanceId, ['stopped'], context);
};

/** Sets the type of a stopped instance. */
export const setType = (instanceId: string, type: string, context: ChangeContext): Promise<void> =>
  send('ModifyInstanceAttribute', { InstanceId: instanceId, InstanceType: { Value: type } }, context);

/** Starts the instance and waits until it runs. */
export const start = async (instanceId: string, context: ChangeContext): Promise<Ec2Instance> => {
  await send('StartInstances', { InstanceIds: [instanceId] }, context);
  // Reads lag behind writes in EC2: at once, it might still be shown as a former start left it.
  await context.clock.sleep(POLL_SECONDS * 1000);
  return waitFor(instanceId, ['running'], context);
};

/** Polls until the instance is in one of the states. Running out of patience is something that only time helps. */
export const waitFor = async (
  instanceId: string,
  states: readonly string[],
  context: ChangeContext,
): Promise<Ec2Instance> => {
  let instance = await lookAtInstance(instanceId, context);
  for (let waited = 0; !states.includes(instance.state); waited += POLL_SECONDS) {
    if (waited >= PATIENCE_SECONDS) throw outOfPatience(instance, states);
    throwIfStartFailed(instance);
    await context.clock.sleep(POLL_SECONDS * 1000);
    instance = await lookAtInstance(instanceId, context);
  }
  return instance;
};

/** The instance as it is now. */
export const lookAtInstance = (instanceId: string, context: ChangeContext): Promise<Ec2Instance> =>
  insist(() => readInstance(context.cloud, instanceId), context);

const send = async (command: string, input: JsonObject, context: ChangeContext): Promise<void> => {
  await insist(() => context.change.send({ service: 'ec2', command, input }), context);
};

/** Tries again what failed for want of an answer. All three moves are absolute, so once more does no harm. */
const insist = async <T>(call: () => Promise<T>, { clock }: ChangeContext): Promise<T> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await call();
    } catch (error) {
      const passes = error instanceof StepError && error.code === ERROR.cloudUnavailable;
      if (!passes || tries === TRIES) throw error;
      await clock.sleep(PAUSE_SECONDS * 1000);
    }
  }
};

const outOfPatience = ({ id, state }: Ec2Instance, states: readonly string[]): StepError =>
  new StepError(
    ERROR.cloudUnavailable,
    `${id} is still ${state} after ${PATIENCE_SECONDS} s, expected ${states.join(' or ')}.`,
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
