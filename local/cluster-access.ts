import { KUBERNETES } from '../lambdas/contracts/clusters.ts';
import type { AccountRegion } from '../lambdas/contracts/ports.ts';
import type { Rules } from '../lambdas/contracts/rules.ts';
import { ToolRefusal } from '../lambdas/contracts/errors.ts';
import { reachOf } from '../lambdas/kernel/trace/location.ts';
import type { ReadAccess } from '../lambdas/providers/access.ts';
import { USAGE } from '../lambdas/contracts/usage.ts';
import { admitted } from '../lambdas/providers/kubernetes/reach.ts';
import { admittedUsage } from '../lambdas/providers/kubernetes/usage/admitted.ts';
import type { SimulatedCluster } from './cluster/cluster.ts';

/** A step's reads in the cluster of a world, with the checks of the Kubernetes provider. */
export const clusterReads = (
  cluster: SimulatedCluster,
  { agents, settings }: Rules,
  home: AccountRegion,
  step: string,
): ReadAccess => ({
  name: KUBERNETES,
  cloud: (calls, { accountRegion }) => {
    const reach = reachOf(accountRegion, home, settings.members);
    const at = reach.accountRegion;
    const session = cluster.cloud({ step, principal: `checkrein-${step}`, calls });
    return {
      ...at,
      send: async (request) => {
        if (reach.kind === 'foreign') throw new ToolRefusal(reach.reason);
        const known = { agents, clusters: settings.clusters };
        if (request.service === USAGE) admittedUsage(calls, request, known, at, home);
        else admitted(calls, request, known, at, home);
        return session.send(request);
      },
    };
  },
});
