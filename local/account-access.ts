import { roleName, type MemberRole } from '../lambdas/contracts/role-names.ts';
import type { Rules } from '../lambdas/contracts/rules.ts';
import { ToolRefusal } from '../lambdas/contracts/errors.ts';
import { digestOf } from '../lambdas/kernel/trace/canonical.ts';
import { reachOf } from '../lambdas/kernel/trace/location.ts';
import type { ChangeCredentials, CloudAccess, AccountRegion, IncidentLocation } from '../lambdas/contracts/ports.ts';
import type { SimulatedAccount } from './account/account.ts';
import type { World } from './account/world/world.ts';

/** The account and Region in which Checkrein itself runs. */
export const homeOf = ({ account, hub = account, region }: World): AccountRegion => ({ account: hub, region });

/** The rules, with the world's account as a member if the world has a hub. */
export const rulesFor = ({ account, hub }: World, rules: Rules): Rules => {
  if (hub === undefined) return rules;
  const { agents, policies, schema, settings } = rules;
  const members = { hub, accounts: [account], externalId: 'agreed-on-this-laptop' };
  const withMember = { agents, policies, schema, settings: { ...settings, members } };
  return { ...withMember, hash: digestOf(withMember) };
};

/** A step's access to the world's account, with the checks and role names of the AWS adapters. */
export const accountAccess =
  (account: SimulatedAccount, world: World, { settings }: Rules) =>
  (step: string): { readonly cloud: CloudAccess; readonly credentials: ChangeCredentials } => {
    const home = homeOf(world);
    const roleFor = ({ accountRegion }: IncidentLocation, own: string, memberRole: MemberRole): string => {
      const reach = reachOf(accountRegion, home, settings.members);
      if (reach.kind === 'foreign') throw new ToolRefusal(reach.reason);
      if (reach.accountRegion.account !== world.account)
        throw new ToolRefusal(`This world has no account ${reach.accountRegion.account}.`);
      return reach.kind === 'home' ? own : roleName(home.region, memberRole);
    };
    return {
      cloud: (calls, location) => ({
        ...(location.accountRegion ?? home),
        send: async (request) => {
          const own = `checkrein-${step}`;
          const role = roleFor(location, own, 'read');
          const session = role === own ? step : location.incidentId;
          return account.cloud({ step, role, session }, calls).send(request);
        },
      }),
      credentials: {
        assume: async (scope) =>
          account.change(step, roleFor(scope.location, 'checkrein-change', 'change')).assume(scope),
      },
    };
  };
