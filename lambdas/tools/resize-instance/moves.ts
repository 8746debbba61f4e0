import { ERROR } from '../../contracts/error-names.ts';
import { CloudError, StepError } from '../../errors.ts';
import { readInstance, type Ec2Instance } from '../aws/ec2-instance.ts';
import type { ChangeContext } from '../tool.ts';

const POLL_SECONDS = 5;
/**
 * How long one wait may take. Three waits (stop, start, and start again after a retreat) come to 12.5
 * minutes, inside the 15 that a Lambda function has.
 */
const PATIENCE_SECONDS = 250;

/** Stops the instance and waits until it is down. */
export const stop = async (instanceId: string, context: ChangeContext): Promise<Ec2Instance> => {
  await context.change.send({ service: 'ec2', command: 'StopInstances', input: { InstanceIds: [instanceId] } });
  return waitFor(instanceId, ['stopped'], context);
};

/** Sets the type of a stopped instance. */
export const setType = async (instanceId: string, type: string, { change }: ChangeContext): Promise<void> => {
  const input = { InstanceId: instanceId, InstanceType: { Value: type } };
  await change.send({ service: 'ec2', command: 'ModifyInstanceAttribute', input });
};

/** Starts the instance and waits until it runs. */
export const start = async (instanceId: string, context: ChangeContext): Promise<Ec2Instance> => {
  await context.change.send({ service: 'ec2', command: 'StartInstances', input: { InstanceIds: [instanceId] } });
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
  let instance = await readInstance(context.cloud, instanceId);
  for (let waited = 0; !states.includes(instance.state); waited += POLL_SECONDS) {
    if (waited >= PATIENCE_SECONDS) throw outOfPatience(instance, states);
    throwIfStartFailed(instance);
    await context.clock.sleep(POLL_SECONDS * 1000);
    instance = await readInstance(context.cloud, instanceId);
  }
  return instance;
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
