import { CloudError, ToolRefusal } from '../contracts/errors.ts';
import type {
  AccountRegion,
  ChangeCredentials,
  ChangeScope,
  Cloud,
  CloudAccess,
  IncidentLocation,
} from '../contracts/ports.ts';
import { notInstalled, providerNamed, type Provider } from '../contracts/provider.ts';
import { targetFault } from '../kernel/changes/target-fault.ts';
import type { ProviderCall } from '../contracts/tool.ts';

/** How one provider is read. */
export interface ReadAccess {
  readonly name: string;
  readonly cloud: (calls: readonly ProviderCall[], location: IncidentLocation) => Cloud;
}

/** How one provider issues credentials that can make one change. */
export interface ChangeAccess {
  readonly name: string;
  readonly assume: (scope: ChangeScope) => Promise<Cloud>;
}

/** The reads of all installed providers. A tool of any other provider gets a cloud that refuses every call in words. */
export const cloudAccess =
  (providers: readonly Provider[], installed: readonly ReadAccess[]): CloudAccess =>
  ({ provider, calls }, location) => {
    const access = installed.find(({ name }) => name === provider);
    if (access !== undefined) return advised(access.cloud(calls, location), provider, providers);
    const send = async () => {
      throw notInstalled(provider, installed);
    };
    const { account = 'unknown', region = 'unknown' } = location.accountRegion ?? {};
    return { account, region, send };
  };

/**
 * The change credentials of all installed providers. A target that is not one of the provider's, or not in the account
 * and Region of the incident, gets none. An incident that is nowhere in particular is at home, where Checkrein is deployed.
 */
export const changeCredentials = (
  home: AccountRegion,
  providers: readonly Provider[],
  installed: readonly ChangeAccess[],
): ChangeCredentials => ({
  assume: async (scope) => {
    const provider = providerNamed(providers, scope.provider);
    const access = installed.find(({ name }) => name === scope.provider);
    if (access === undefined) throw notInstalled(scope.provider, installed);
    const fault = scopeFault(provider, scope, home);
    if (fault !== undefined) throw new ToolRefusal(`There are no credentials for this change. ${fault}`);
    return advised(await access.assume(scope), scope.provider, providers);
  },
});

/** The same cloud. An error of one of its calls says what its provider advises. */
const advised = (cloud: Cloud, name: string, providers: readonly Provider[]): Cloud => ({
  account: cloud.account,
  region: cloud.region,
  send: async (request) => {
    try {
      return await cloud.send(request);
    } catch (error) {
      if (!(error instanceof CloudError)) throw error;
      const { code, awsMessage, call, details, advice } = error;
      const forModel = providers.find((one) => one.name === name)?.adviceOn?.(code, awsMessage);
      throw forModel === undefined
        ? error
        : new CloudError(code, awsMessage, error, call, { details, advice, forModel });
    }
  },
});

/** Why there are no credentials for a target, or undefined. The same for every provider, whatever its sessions can reach. */
const scopeFault = (provider: Provider, { target, location }: ChangeScope, home: AccountRegion): string | undefined => {
  const fault = targetFault(target, provider);
  const at = location.accountRegion ?? home;
  if (fault !== undefined || (at.account === target.account && at.region === target.region)) return fault;
  return `The target is in account ${target.account}, ${target.region}, but the incident is in account ${at.account}, ${at.region}.`;
};
