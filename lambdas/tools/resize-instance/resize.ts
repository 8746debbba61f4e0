import { CloudError } from '../../contracts/errors.ts';
import type { Ec2Instance } from '../aws/ec2-instance.ts';
import type { ChangeContext } from '../tool.ts';
import { lookAtInstance, setType, start, stop, waitFor } from './moves.ts';

interface Resize {
  readonly instanceId: string;
  readonly from: string;
  readonly to: string;
}

/**
 * Stops, modifies, starts; each only as far as it is still to be done, so an attempt that died half-way
 * is simply gone through again. If AWS refuses once the instance is down, it goes back to what it was.
 */
export const resize = async ({ instanceId, from, to }: Resize, context: ChangeContext): Promise<void> => {
  const instance = await waitFor(instanceId, ['running', 'stopped'], context);
  if (instance.type === to && instance.state === 'running') return;
  if (instance.state === 'running') await stop(instanceId, context);
  try {
    await bringUp(instanceId, to, context);
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    const outcome = await retreat(instanceId, from, context);
    throw new CloudError(error.code, `in ${instance.zone}, as ${to}: ${error.awsMessage} ${outcome}`, error);
  }
};

const bringUp = async (instanceId: string, type: string, context: ChangeContext): Promise<Ec2Instance> => {
  const instance = await lookAtInstance(instanceId, context);
  if (instance.type !== type) await setType(instanceId, type, context);
  return instance.state === 'running' ? instance : start(instanceId, context);
};

/** Puts the former type back and starts it. Says how that went; its own failure must not hide the first one. */
const retreat = async (instanceId: string, type: string, context: ChangeContext): Promise<string> => {
  try {
    await bringUp(instanceId, type, context);
    return `${instanceId} was put back to ${type} and runs again; pick another type.`;
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    return `${instanceId} could not be started again as ${type} either (${error.message}). IT IS STOPPED: a human has to start it.`;
  }
};
