import { roleName, type MemberRole } from '../lambdas/contracts/role-names.ts';
import type { Cluster } from '../lambdas/contracts/clusters.ts';
import type { Rules } from '../lambdas/contracts/rules.ts';
import { ToolRefusal } from '../lambdas/contracts/errors.ts';
import { digestOf } from '../lambdas/kernel/trace/canonical.ts';
import { reachOf } from '../lambdas/kernel/trace/location.ts';
import type { ChangeCredentials, CloudAccess, AccountRegion, IncidentLocation } from '../lambdas/contracts/ports.ts';
import type { SimulatedAccount } from './account/account.ts';
import type { World } from './account/world/world.ts';
import type { ClusterWorld } from './cluster/world/cluster.ts';
import { type ReadAccess, type ChangeAccess, cloudAccess, changeCredentials } from '../lambdas/providers/access.ts';
import type { Provider } from '../lambdas/contracts/provider.ts';
import { awsReads, awsChanges } from '../lambdas/providers/aws/provider.ts';
import type { AwsCloudAccess } from '../lambdas/providers/aws/cloud.ts';
import type { AwsChangeCredentials } from '../lambdas/providers/aws/change-scope.ts';

/** The account and Region in which Checkrein itself runs. */
export const homeOf = ({ account, hub = account, region }: World): AccountRegion => ({ account: hub, region });

/** The rules, with the world's account as a member if the world has a hub, and with the world's cluster. */
export const rulesFor = ({ account, hub, cluster }: World, rules: Rules): Rules => {
  if (hub === undefined && cluster === undefined) return rules;
  const { agents, policies, schema, settings } = rules;
  const members =
    hub === undefined ? settings.members : { hub, accounts: [account], externalId: 'agreed-on-this-laptop' };
  const clusters = cluster === undefined ? settings.clusters : [inWorld(cluster, account, hub)];
  const ofWorld = { agents, policies, schema, settings: { ...settings, clusters, ...(members && { members }) } };
  return { ...ofWorld, hash: digestOf(ofWorld) };
};

const inWorld = (
  { name, usageSource, nodePrice }: Pick<ClusterWorld, 'name' | 'usageSource' | 'nodePrice'>,
  account: string,
  hub: string | undefined,
): Cluster => ({
  name,
  privateEndpoint: false,
  access: 'eks',
  ...(hub !== undefined && { account }),
  ...(nodePrice !== undefined && { nodePrice }),
  ...(usageSource !== 'none' && {
    usage: { kind: usageSource, endpoint: 'https://prometheus.example.com', labels: {} },
  }),
});

/** A step's access to providers besides AWS. */
export type MoreAccess = (step: string) => {
  readonly reads: readonly ReadAccess[];
  readonly changes: readonly ChangeAccess[];
};

/** The port of a step to what it may read, and to the credentials for a change. */
export interface StepAccess {
  readonly cloud: CloudAccess;
  readonly credentials: ChangeCredentials;
}

/** A step's access to the world's account, with the checks and role names of the AWS adapters, and to other providers. */
export const accountAccess =
  (
    account: SimulatedAccount,
    world: World,
    { settings }: Rules,
    providers: readonly Provider[],
    more: MoreAccess = () => ({ reads: [], changes: [] }),
  ) =>
  (step: string): StepAccess => {
    const home = homeOf(world);
    const roleFor = ({ accountRegion }: IncidentLocation, own: string, memberRole: MemberRole): string => {
      const reach = reachOf(accountRegion, home, settings.members);
      if (reach.kind === 'foreign') throw new ToolRefusal(reach.reason);
      if (reach.accountRegion.account !== world.account)
        throw new ToolRefusal(`This world has no account ${reach.accountRegion.account}.`);
      return reach.kind === 'home' ? own : roleName(home.region, memberRole);
    };
    const cloud: AwsCloudAccess = (calls, location) => ({
      ...(location.accountRegion ?? home),
      send: async (request) => {
        const own = `checkrein-${step}`;
        const role = roleFor(location, own, 'read');
        const session = role === own ? step : location.incidentId;
        return account.cloud({ step, role, session }, calls).send(request);
      },
    });
    const credentials: AwsChangeCredentials = {
      assume: async (scope) =>
        account.change(step, roleFor(scope.location, 'checkrein-change', 'change')).assume(scope),
    };
    const { reads, changes } = more(step);
    return {
      cloud: cloudAccess(providers, [awsReads(cloud), ...reads]),
      credentials: changeCredentials(home, providers, [awsChanges(credentials), ...changes]),
    };
  };
