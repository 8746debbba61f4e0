import { contractBroken } from '../../contracts/errors.ts';
import type { Cloud } from '../../contracts/ports.ts';

/**
 * A cloud with the change credentials that can only rehearse: a call without `DryRun: true` never leaves
 * it. EC2 demands the permission of the change itself for a dry run, so this is what stands between a
 * rehearsal and a change.
 */
export const dryRunOnly = (change: Cloud): Cloud => ({
  account: change.account,
  region: change.region,
  send: async (request) => {
    if (request.input['DryRun'] !== true)
      throw contractBroken(
        `${request.service}:${request.command} was called without DryRun in a dry run. It was not sent.`,
      );
    return change.send(request);
  },
});
