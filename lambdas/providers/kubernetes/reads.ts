import { KUBERNETES } from '../../contracts/clusters.ts';
import { USAGE } from '../../contracts/usage.ts';
import { contractBroken, ToolRefusal } from '../../contracts/errors.ts';
import { reachOf } from '../../kernel/trace/location.ts';
import type { ReadAccess } from '../access.ts';
import { isRead, requestName } from './call.ts';
import type { ClusterConnections, ClusterOptions } from './connections.ts';
import { asksNodePrice, nodePriceOf } from './node-price.ts';
import { admitted } from './reach.ts';
import { admittedUsage } from './usage/admitted.ts';
import type { UsageReader, UsageOptions } from './usage/reader.ts';

/**
 * Reads in the clusters of the account of the incident: under the function's role, or under the read role of a member account.
 * What the cluster lets that role read is the cluster's to say.
 */
export const kubernetesReads = (options: UsageOptions): ReadAccess => {
  const connections = lazyConnections(options);
  const usage = lazyUsage(options, connections);
  return {
    name: KUBERNETES,
    cloud: (calls, { incidentId, accountRegion }) => {
      const reach = reachOf(accountRegion, options, options.members);
      const at = reach.accountRegion;
      return {
        ...at,
        send: async (sent) => {
          if (reach.kind === 'foreign') throw new ToolRefusal(reach.reason);
          if (asksNodePrice(sent)) return nodePriceOf(calls, sent, options, at, options);
          if (sent.service === USAGE)
            return (await usage())(admittedUsage(calls, sent, options, at, options), at, incidentId);
          const { cluster, request } = admitted(calls, sent, options, at, options);
          if (!isRead(request.call))
            throw contractBroken(`${requestName(request)} is not a read, so it was not sent under a role that reads.`);
          const client = await (await connections()).reader({ cluster, at, incidentId });
          return client(request, incidentId);
        },
      };
    },
  };
};

/** Loads the clients of STS and of clusters only when they are needed: most deployments have no cluster. */
export const lazyConnections = (options: ClusterOptions): (() => Promise<ClusterConnections>) => {
  let made: Promise<ClusterConnections> | undefined;
  return () => (made ??= import('./connections.ts').then(({ clusterConnections }) => clusterConnections(options)));
};

/** Loads what reads usage only when it is needed: most clusters name no source of it. */
const lazyUsage = (
  options: UsageOptions,
  connections: () => Promise<ClusterConnections>,
): (() => Promise<UsageReader>) => {
  let made: Promise<UsageReader> | undefined;
  return () => (made ??= import('./usage/reader.ts').then(({ usageReader }) => usageReader(options, connections)));
};
