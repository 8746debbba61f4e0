import { ended } from '../../contracts/cloud-call.ts';
import { CloudError } from '../../contracts/errors.ts';
import type { Ec2Instance } from '../aws/ec2-instance.ts';
import type { ChangeContext } from '../tool.ts';
import { describeWithRetries, setInstanceType, startInstance, stopInstance, waitForState } from './instance-state.ts';

interface ResizeRequest {
  readonly instanceId: string;
  readonly from: string;
  readonly to: string;
}

/**
 * Stops the instance, sets the type and starts it. Steps that are already done are skipped, so an attempt that died
 * half-way can be repeated. If AWS rejects a call while the instance is stopped, it is started with its former type.
 */
export const resizeInstance = async (
  { instanceId, from, to }: ResizeRequest,
  context: ChangeContext,
): Promise<void> => {
  const instance = await waitForState(instanceId, ['running', 'stopped'], context);
  if (instance.type === to && instance.state === 'running') return;
  if (instance.state === 'running') await stopInstance(instanceId, context);
  try {
    await startAsType(instanceId, to, context);
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    const outcome = await restoreType(instanceId, from, context);
    const says = `in ${instance.zone}, as ${to}: ${ended(error.awsMessage)} ${outcome}`;
    throw new CloudError(error.code, says, error, error.call);
  }
};

const startAsType = async (instanceId: string, type: string, context: ChangeContext): Promise<Ec2Instance> => {
  const instance = await describeWithRetries(instanceId, context);
  if (instance.type !== type) await setInstanceType(instanceId, type, context);
  return instance.state === 'running' ? instance : startInstance(instanceId, context);
};

/** Sets the former type and starts the instance. Returns the outcome as text, so the first error is not hidden. */
const restoreType = async (instanceId: string, type: string, context: ChangeContext): Promise<string> => {
  try {
    await startAsType(instanceId, type, context);
    return `${instanceId} was put back to ${type} and runs again; pick another type.`;
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    return `${instanceId} could not be started again as ${type} either (${error.message}). IT IS STOPPED: a human has to start it.`;
  }
};
