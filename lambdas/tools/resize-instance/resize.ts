import { ended } from '../../contracts/cloud-call.ts';
import { CloudError } from '../../contracts/errors.ts';
import type { Ec2Instance } from '../aws/ec2-instance.ts';
import type { ChangeContext, InProgress } from '../tool.ts';
import {
  describeWithRetries,
  inProgress,
  RESTORE_SECONDS,
  setInstanceType,
  startInstance,
  stopInstance,
  throwIfStartFailed,
} from './instance-state.ts';

interface ResizeRequest {
  readonly instanceId: string;
  readonly from: string;
  readonly to: string;
}

/**
 * Stops the instance, sets the type and starts it. Steps that are already done are skipped, so an attempt that died
 * half-way can be repeated, and one that AWS keeps waiting is continued. If AWS rejects a call while the instance is
 * stopped, it is started with its former type.
 */
export const resizeInstance = async (
  { instanceId, from, to }: ResizeRequest,
  context: ChangeContext,
): Promise<InProgress | undefined> => {
  const found = await describeWithRetries(instanceId, context);
  if (found.state === 'running' && found.type === to) return undefined;
  const instance = found.state === 'running' ? await stopInstance(instanceId, context) : found;
  if (instance.state !== 'stopped') return inProgress(instance);
  try {
    // The start of an earlier attempt, which AWS accepted and then gave up. Before that the type was another one.
    if (context.continues === true && instance.type === to) throwIfStartFailed(instance);
    const started = await startAsType(instance, to, context);
    return started.state === 'running' ? undefined : inProgress(started);
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    const outcome = await restoreType(instanceId, from, context);
    const says = `in ${instance.zone}, as ${to}: ${ended(error.awsMessage)} ${outcome}`;
    throw new CloudError(error.code, says, error, error.call, { forModel: error.forModel });
  }
};

const startAsType = async (
  { id, type }: Ec2Instance,
  wanted: string,
  context: ChangeContext,
  seconds?: number,
): Promise<Ec2Instance> => {
  if (type !== wanted) await setInstanceType(id, wanted, context);
  return startInstance(id, context, seconds);
};

/** Sets the former type and starts the instance. Returns the outcome as text, so the first error is not hidden. */
const restoreType = async (instanceId: string, type: string, context: ChangeContext): Promise<string> => {
  try {
    const { state } = await startAsType(await describeWithRetries(instanceId, context), type, context, RESTORE_SECONDS);
    return state === 'running'
      ? `${instanceId} was put back to ${type} and runs again; pick another type.`
      : `${instanceId} was put back to ${type} and started again, and is still ${state}.`;
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    return `${instanceId} could not be started again as ${type} either (${error.message}). IT IS STOPPED: a human has to start it.`;
  }
};
