import { systemClock } from '../../adapters/system.ts';
import type { Cluster } from '../../contracts/clusters.ts';
import { assumeMemberRole, assumeRole, stsClient } from '../aws/assume-role.ts';
import type { MemberAccess } from '../aws/member-access.ts';
import { clusterClient, type ClusterClient, type ClusterEndpoint } from './client.ts';
import type { ChangeSession } from './confined-change.ts';
import type { ClusterOptions } from './connections.ts';
import { eksTokens } from './token.ts';

/** What changes in clusters need besides what reads need. */
export interface KubernetesChangeOptions extends ClusterOptions {
  /** The change role of the account that Checkrein is in. */
  readonly roleArn: string;
  /** The change role of member accounts. */
  readonly changeMembers?: MemberAccess | undefined;
}

/** In AWS the session may do nothing. STS answers sts:GetCallerIdentity, which a token consists of, even where it is denied. */
const NOTHING_IN_AWS = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }],
});

/**
 * Opens the session of one change, and returns clients that use it. Its connections are not used again: after a connection that
 * was closed meanwhile, nobody could say whether a change was made.
 */
export const changeSession = async (
  options: KubernetesChangeOptions,
  { kind, at, incidentId, name }: ChangeSession,
): Promise<(cluster: Cluster, endpoint: ClusterEndpoint) => ClusterClient> => {
  const { roleArn, changeMembers, clock = systemClock } = options;
  const sts = stsClient(options);
  const session = { name, incidentId, policy: NOTHING_IN_AWS };
  const { credentials } = await (kind === 'home'
    ? assumeRole(sts, { ...session, roleArn })
    : assumeMemberRole(sts, changeMembers, at.account, session));
  return (cluster, endpoint) =>
    clusterClient(endpoint, {
      keepAlive: false,
      token: eksTokens({
        region: at.region,
        eksName: cluster.eksName ?? cluster.name,
        credentials: async () => credentials,
        clock,
      }),
    });
};
