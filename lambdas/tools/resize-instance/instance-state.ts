import { adviceOn } from '../aws/error-advice.ts';
import { ERROR } from '../../contracts/error-names.ts';
import type { JsonObject } from '../../contracts/json.ts';
import { CloudError, StepError } from '../../contracts/errors.ts';
import { readInstance, type Ec2Instance } from '../aws/ec2-instance.ts';
import type { ChangeContext, InProgress } from '../tool.ts';

/** A second look after a call. An instance that stops or starts at once needs no wait of the state machine, which costs as much. */
const POLL_SECONDS = 5;
/** How often the state machine looks again: as often as AWS's own waiters. */
const IN_PROGRESS_SECONDS = 15;
/** How long a start with the former type is waited for, after AWS has refused the new one. */
export const RESTORE_SECONDS = 120;
/** Attempts of a call that AWS throttles or does not answer, so that one failure does not leave the instance stopped. */
const MAX_ATTEMPTS = 3;
const RETRY_DELAY_SECONDS = 10;

/** Stops the instance. It is stopped already, or stopping. */
export const stopInstance = async (instanceId: string, context: ChangeContext): Promise<Ec2Instance> => {
  await send('StopInstances', { InstanceIds: [instanceId] }, context);
  return waitForState(instanceId, 'stopped', POLL_SECONDS, context);
};

/** Sets the type of a stopped instance. */
export const setInstanceType = (instanceId: string, type: string, context: ChangeContext): Promise<void> =>
  send('ModifyInstanceAttribute', { InstanceId: instanceId, InstanceType: { Value: type } }, context);

/** Starts the instance. It runs already, or is starting. */
export const startInstance = async (
  instanceId: string,
  context: ChangeContext,
  seconds: number = 0,
): Promise<Ec2Instance> => {
  await send('StartInstances', { InstanceIds: [instanceId] }, context);
  // Reads lag behind writes in EC2: an immediate read might still show the result of an earlier start.
  await context.clock.sleep(POLL_SECONDS * 1000);
  return waitForState(instanceId, 'running', seconds, context);
};

/** Polls until the instance is in that state, for so many seconds at most. */
const waitForState = async (
  instanceId: string,
  wanted: string,
  seconds: number,
  context: ChangeContext,
): Promise<Ec2Instance> => {
  let instance = await describeWithRetries(instanceId, context);
  for (let waited = 0; instance.state !== wanted; waited += POLL_SECONDS) {
    throwIfStartFailed(instance);
    if (waited >= seconds) break;
    await context.clock.sleep(POLL_SECONDS * 1000);
    instance = await describeWithRetries(instanceId, context);
  }
  return instance;
};

/** The answer of `apply` while AWS stops or starts the instance. */
export const inProgress = ({ id, state }: Ec2Instance): InProgress => ({
  seconds: IN_PROGRESS_SECONDS,
  says: `${id} is ${state}.`,
});

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

/**
 * EC2 can accept a start that fails a moment later: the instance goes back to `stopped` with a reason such as missing
 * capacity or no access to the KMS key of a volume. A user's stop has its own reason, so a read that lags behind the
 * start is not mistaken for such a failure.
 */
export const throwIfStartFailed = ({ id, state, stateReason }: Ec2Instance): void => {
  if (state !== 'stopped' || stateReason === undefined || stateReason.Code === 'Client.UserInitiatedShutdown') return;
  const code = stateReason.Code.replace(/^(Server|Client)\./, '');
  const forModel = adviceOn(code, stateReason.Message);
  throw new CloudError(code, stateReason.Message, undefined, `ec2:StartInstances on ${id}`, { forModel });
};
