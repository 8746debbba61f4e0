import { ToolRefusal } from '../../contracts/errors.ts';
import type { AccountRegion, CloudRequest } from '../../contracts/ports.ts';
import type { ProviderCall } from '../../contracts/tool.ts';
import { NODE_PRICE_READ, NodePriceQuery, USAGE, type NodePriceAnswer } from '../../contracts/usage.ts';
import { checkListed, grantedCluster, type Clusters } from './reach.ts';

/** Whether a request asks for the price of a node, which the settings answer. */
export const asksNodePrice = ({ service, command }: CloudRequest): boolean =>
  service === USAGE && command === NODE_PRICE_READ.command;

/** The price of a node by the settings, of a cluster where the incident is and in a namespace that some agent is granted. */
export const nodePriceOf = (
  calls: readonly ProviderCall[],
  sent: CloudRequest,
  clusters: Clusters,
  at: AccountRegion,
  home: AccountRegion,
): NodePriceAnswer => {
  checkListed(calls, sent);
  const { data: query } = NodePriceQuery.safeParse(sent.input);
  if (query === undefined) throw new ToolRefusal('The price of a node is asked for by cluster and namespace.');
  return { nodePrice: grantedCluster(clusters, query, at, home).nodePrice ?? null };
};
