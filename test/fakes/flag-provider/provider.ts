import { contractBroken } from '../../../lambdas/contracts/errors.ts';
import { refOf } from '../../../lambdas/contracts/plan.ts';
import type { AccountRegion, Cloud, CloudRequest } from '../../../lambdas/contracts/ports.ts';
import type { Provider } from '../../../lambdas/contracts/provider.ts';
import type { ProviderCall } from '../../../lambdas/contracts/tool.ts';
import type { ChangeAccess, ReadAccess } from '../../../lambdas/providers/access.ts';
import type { FlagService } from './service.ts';

/** Feature flags: a target is `flags://SERVICE/NAME`, in the namespace of its service. */
export const flags: Provider = {
  name: 'flags',
  isRef: (text) => /^flags:\/\/[a-z0-9-]+\/[a-z0-9-]+$/.test(text),
  parentsOf: (target) => {
    const cluster = `${target.account}/flags`;
    const [service = ''] = refOf(target).replace('flags://', '').split('/');
    return [
      { type: 'Account', id: target.account },
      { type: 'Cluster', id: cluster },
      { type: 'Namespace', id: `${cluster}/${service}` },
    ];
  },
  isDryRun: ({ command, input }) => command === 'SetFlag' && input['validateOnly'] === true,
  adviceOn: (code) => (code === 'FlagNotFound' ? 'Check the name of the flag against the evidence.' : undefined),
};

/** What a step may reach of a flag service. */
export const flagAccess =
  (service: FlagService, home: AccountRegion) =>
  (step: string): { readonly reads: readonly ReadAccess[]; readonly changes: readonly ChangeAccess[] } => ({
    reads: [
      {
        name: flags.name,
        cloud: (calls, { accountRegion }) =>
          limited(calls, accountRegion ?? home, (request) => service.send(step, request)),
      },
    ],
    changes: [
      {
        name: flags.name,
        assume: async ({ calls, target, sessionName, location }) =>
          limited(calls, location.accountRegion ?? home, (request) =>
            service.send(sessionName, request, refOf(target)),
          ),
      },
    ],
  });

/** A cloud that makes only the listed calls. */
const limited = (
  calls: readonly ProviderCall[],
  { account, region }: AccountRegion,
  send: (request: CloudRequest) => Promise<unknown>,
): Cloud => ({
  account,
  region,
  send: async (request) => {
    if (!calls.some(({ service, command }) => service === request.service && command === request.command))
      throw contractBroken(`A tool called ${request.service}:${request.command}, which its manifest does not list.`);
    return send(request);
  },
});
