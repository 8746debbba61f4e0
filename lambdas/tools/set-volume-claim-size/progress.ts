import { CloudError } from '../../contracts/errors.ts';
import type { InProgress, ToolContext } from '../tool.ts';
import { driverSays, fileSystemSince, resizeOf, sizeOf, type Claim } from './claim.ts';

/** How often a claim is looked at, in seconds. A volume takes tens of seconds. */
const POLL_SECONDS = 15;
/** How long the kubelet of a running pod has for the file system, in milliseconds: it looks about once a minute. */
const KUBELET_MS = 3 * 60_000;

/**
 * What a claim still waits for; undefined once it has its size, and where only a restart of its pods would help: the volume has
 * grown, and whoever concludes is told. Throws if the driver has given up.
 */
export const resizeProgress = (
  claim: Claim,
  { clock }: Pick<ToolContext, 'clock'>,
  { pods }: { readonly pods: number },
): InProgress | undefined => {
  const { name } = claim.metadata;
  const size = sizeOf(claim);
  switch (resizeOf(claim)) {
    case 'done':
      return undefined;
    case 'given up':
      throw new CloudError(
        'ResizeInfeasible',
        `The driver of the volume of ${name} cannot make it ${size}${driverSays(claim)}.`,
      );
    case 'waiting for its file system': {
      const since = fileSystemSince(claim);
      const mayGrow = pods > 0 && since !== undefined && clock.now().getTime() - since < KUBELET_MS;
      const says = `The volume of ${name} has ${size}; the node has not grown its file system yet.`;
      return mayGrow ? { seconds: POLL_SECONDS, says } : undefined;
    }
    case 'going on':
      return {
        seconds: POLL_SECONDS,
        says: `${name} asks for ${size} and has ${claim.status.capacity.storage} so far${driverSays(claim)}.`,
      };
  }
};
