import { grantedConfigMaps, KUBERNETES } from '../lambdas/contracts/clusters.ts';
import type { AccountRegion, Clock } from '../lambdas/contracts/ports.ts';
import { roleName } from '../lambdas/contracts/role-names.ts';
import type { ProviderCall } from '../lambdas/contracts/tool.ts';
import type { Rules } from '../lambdas/contracts/rules.ts';
import { ToolRefusal } from '../lambdas/contracts/errors.ts';
import { reachOf } from '../lambdas/kernel/trace/location.ts';
import type { ChangeAccess, ReadAccess } from '../lambdas/providers/access.ts';
import { USAGE } from '../lambdas/contracts/usage.ts';
import { confinedChange, type ChangeSession } from '../lambdas/providers/kubernetes/confined-change.ts';
import { changeScope } from '../lambdas/providers/kubernetes/permissions.ts';
import { asksNodePrice, nodePriceOf } from '../lambdas/providers/kubernetes/node-price.ts';
import { admitted } from '../lambdas/providers/kubernetes/reach.ts';
import { admittedUsage } from '../lambdas/providers/kubernetes/usage/admitted.ts';
import type { Installed } from '../lambdas/tools/installed.ts';
import { homeOf, type MoreAccess } from './account-access.ts';
import type { RecordedCall } from './account/account.ts';
import type { World } from './account/world/world.ts';
import { SimulatedCluster } from './cluster/cluster.ts';
import type { Simulation } from './cluster/simulation.ts';

interface ClusterOptions {
  readonly rules: Rules;
  readonly installed: Installed;
  readonly clock: Clock;
  /** The cluster as the account has it, if there is an account beside it. */
  readonly simulation?: Simulation | undefined;
  readonly onCall?: ((call: RecordedCall) => void) | undefined;
}

interface ClusterAccessOptions extends ClusterOptions {
  /** Default: made from the world, if it has one. */
  readonly cluster?: SimulatedCluster | undefined;
  /** Access to other providers, which is there too. */
  readonly more?: MoreAccess | undefined;
}

const NO_ACCESS: MoreAccess = () => ({ reads: [], changes: [] });

/** The cluster of a world, if it has one, with the policy that its agents' tools need. */
export const clusterOf = (world: World, options: ClusterOptions): SimulatedCluster | undefined => {
  const { clock, simulation, onCall } = options;
  if (world.cluster === undefined) return undefined;
  return new SimulatedCluster(world.cluster, {
    clock,
    origin: Date.parse(world.now),
    at: { account: world.account, region: world.region },
    policy: policyOf(world.cluster.name, options),
    simulation,
    ...(onCall !== undefined && { onCall }),
  });
};

const policyOf = (cluster: string, { rules, installed }: Pick<ClusterOptions, 'rules' | 'installed'>) =>
  changeScope(cluster, rules.agents, installed.catalogue.manifests);

/** Each step's access to the cluster of a world, if it has one, with the checks of the Kubernetes provider. */
export const clusterAccess = (world: World, options: ClusterAccessOptions): MoreAccess => {
  const { rules, cluster = clusterOf(world, options), more = NO_ACCESS } = options;
  if (cluster === undefined) return more;
  const calls = policyOf(cluster.name, options).tools.flatMap((tool): readonly ProviderCall[] => tool.changes);
  const from: Deployment = { rules, home: homeOf(world) };
  return (step) => {
    const { reads, changes } = more(step);
    return {
      reads: [readsOf(cluster, from, step), ...reads],
      changes: [changesOf(cluster, from, { step, calls }), ...changes],
    };
  };
};

interface Deployment {
  readonly rules: Rules;
  readonly home: AccountRegion;
}

const readsOf = (cluster: SimulatedCluster, { rules, home }: Deployment, step: string): ReadAccess => ({
  name: KUBERNETES,
  cloud: (calls, { incidentId, accountRegion }) => {
    const { agents, settings } = rules;
    const reach = reachOf(accountRegion, home, settings.members);
    const at = reach.accountRegion;
    const configMaps = (namespace: string) => grantedConfigMaps(cluster.name, namespace, agents);
    const session = cluster.cloud({ step, principal: `checkrein-${step}`, calls, configMaps, incidentId });
    return {
      ...at,
      send: async (request) => {
        if (reach.kind === 'foreign') throw new ToolRefusal(reach.reason);
        const known = { agents, clusters: settings.clusters };
        if (asksNodePrice(request)) nodePriceOf(calls, request, known, at, home);
        else if (request.service === USAGE) admittedUsage(calls, request, known, at, home);
        else admitted(calls, request, known, at, home);
        return session.send(request);
      },
    };
  },
});

/** As in a real cluster, RBAC lets the change role make the calls of every tool: the policy cuts them to the one change. */
const changesOf = (
  cluster: SimulatedCluster,
  { rules: { agents, settings }, home }: Deployment,
  rights: Pick<Parameters<SimulatedCluster['cloud']>[0], 'step' | 'calls'>,
): ChangeAccess => {
  const reach = { ...home, agents, clusters: settings.clusters, changeMembers: settings.members };
  const principalOf = ({ kind, at, name }: ChangeSession): string => {
    const role = kind === 'home' ? 'checkrein-change' : roleName(home.region, 'change');
    return `arn:aws:sts::${at.account}:assumed-role/${role}/${name}`;
  };
  const configMaps = (namespace: string) => grantedConfigMaps(cluster.name, namespace, agents);
  return {
    name: KUBERNETES,
    assume: (scope) =>
      confinedChange(scope, reach, async (session) => {
        const { incidentId } = session;
        const principal = principalOf(session);
        const user = cluster.cloud({ ...rights, principal, configMaps, incidentId, changes: true });
        return (_admitted, sent) => user.send(sent);
      }),
  };
};
