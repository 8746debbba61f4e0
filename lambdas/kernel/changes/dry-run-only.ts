import { contractBroken } from '../../contracts/errors.ts';
import type { Cloud } from '../../contracts/ports.ts';
import type { Provider } from '../../contracts/provider.ts';

/**
 * A cloud with the change credentials that sends dry runs only, and refuses a call that its provider does not recognize
 * as one. EC2, for example, requires the permissions of the change itself for a dry run, so IAM cannot prevent a dry run
 * from changing something.
 */
export const dryRunOnly = (change: Cloud, { isDryRun }: Pick<Provider, 'isDryRun'>): Cloud => ({
  account: change.account,
  region: change.region,
  send: async (request) => {
    if (!isDryRun(request))
      throw contractBroken(
        `${request.service}:${request.command} was called without DryRun in a dry run. It was not sent.`,
      );
    return change.send(request);
  },
});
