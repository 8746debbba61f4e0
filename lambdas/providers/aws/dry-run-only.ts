import { contractBroken } from '../../contracts/errors.ts';
import type { Cloud } from '../../contracts/ports.ts';

/**
 * A cloud with the change credentials that sends dry runs only, and refuses a call without `DryRun: true`. EC2 requires
 * the permissions of the change itself for a dry run, so IAM cannot prevent a dry run from changing something.
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
