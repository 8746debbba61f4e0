import { KUBERNETES } from '../lambdas/contracts/clusters.ts';
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

interface ClusterAccessOptions {
  readonly rules: Rules;
  readonly installed: Installed;
  readonly clock: Clock;
  readonly onCall?: ((call: RecordedCall) => void) | undefined;
  /** Access to other providers, which is there too. */
  readonly more?: MoreAccess | undefined;
}

const NO_ACCESS: MoreAccess = () => ({ reads: [], changes: [] });

/** Each step's access to the cluster of a world, if it has one, with the checks of the Kubernetes provider. */
export const clusterAccess = (world: World, options: ClusterAccessOptions): MoreAccess => {
  const { rules, installed, clock, onCall, more = NO_ACCESS } = options;
  if (world.cluster === undefined) return more;
  const policy = changeScope(world.cluster.name, rules.agents, installed.catalogue.manifests);
  const cluster = new SimulatedCluster(world.cluster, {
    clock,
    origin: Date.parse(world.now),
    at: { account: world.account, region: world.region },
    policy,
    ...(onCall !== undefined && { onCall }),
  });
  const calls = policy.tools.flatMap((tool): readonly ProviderCall[] => tool.changes);
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
    const session = cluster.cloud({ step, principal: `checkrein-${step}`, calls, incidentId });
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
  return {
    name: KUBERNETES,
    assume: (scope) =>
      confinedChange(scope, reach, async (session) => {
        const { incidentId } = session;
        const user = cluster.cloud({ ...rights, principal: principalOf(session), incidentId, changes: true });
        return (_admitted, sent) => user.send(sent);
      }),
  };
};
