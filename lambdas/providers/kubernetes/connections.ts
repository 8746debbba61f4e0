import { systemClock } from '../../adapters/system.ts';
import type { Credentials } from '../../adapters/aws/connection.ts';
import type { Cluster } from '../../contracts/clusters.ts';
import type { AccountRegion, Clock } from '../../contracts/ports.ts';
import { assumeMemberRole, stsClient } from '../aws/assume-role.ts';
import type { MemberAccess } from '../aws/member-access.ts';
import type { AwsTransportOptions } from '../aws/transport.ts';
import { clusterClient, type ClusterClient, type ClusterEndpoint } from './client.ts';
import { describeCluster, type EksSender } from './describe-cluster.ts';
import type { Clusters } from './reach.ts';
import { eksTokens, type CredentialSource, type TokenOptions } from './token.ts';

/** Where Checkrein runs, the clusters it may reach, and the read role of member accounts. */
export interface ClusterOptions extends AwsTransportOptions, Clusters {
  readonly members?: MemberAccess | undefined;
  /** Default: the system clock. */
  readonly clock?: Clock;
  /** (In tests) answers in place of EKS. */
  readonly eks?: EksSender;
}

/** A cluster, and the incident for which it is read. */
export interface Asked {
  readonly cluster: Cluster;
  readonly at: AccountRegion;
  readonly incidentId: string;
}

/** How clusters are reached with what may only read. */
export interface ClusterConnections {
  readonly endpoint: (asked: Asked) => Promise<ClusterEndpoint>;
  readonly reader: (asked: Asked) => Promise<ClusterClient>;
  /** What a source of usage is read with: it may read this workspace of Amazon Managed Prometheus, and in a member nothing else. */
  readonly workspaceReader: (asked: Asked, workspaceArn: string) => CredentialSource;
}

/** Endpoints rarely move, and certificate authorities are rotated over days. */
const CACHED_MS = 15 * 60_000;
/** A session ends after 15 minutes, and a token that it signed is used for ten. */
const SESSION_MS = 4 * 60_000;
const policyOf = (Action: string, Resource: string): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource }] });
/** The session in a member account may only look up its cluster. The cluster itself decides what its token reads. */
const MEMBER_POLICY = policyOf('eks:DescribeCluster', '*');

/** Connections that are kept while the function is warm: in this account one per cluster, in a member one per cluster and incident. */
export const clusterConnections = (options: ClusterOptions): ClusterConnections => {
  const { clock = systemClock, eks } = options;
  const credentialsFor = readCredentials(options, clock);
  const tokenOptions = ({ cluster, at, incidentId }: Asked): TokenOptions => ({
    region: at.region,
    eksName: cluster.eksName ?? cluster.name,
    credentials: credentialsFor(at.account, incidentId, MEMBER_POLICY),
    clock,
  });
  const keyOf = ({ cluster, at, incidentId }: Asked): string =>
    JSON.stringify([cluster.name, ...(at.account === options.account ? [] : [incidentId])]);

  const endpoint = expiring(clock, keyOf, async (asked: Asked): Promise<ClusterEndpoint> => {
    const { endpoint: url, certificateAuthority } = asked.cluster;
    if (url !== undefined && certificateAuthority !== undefined) return { endpoint: url, certificateAuthority };
    return describeCluster(tokenOptions(asked), eks);
  });
  const reader = expiring(clock, keyOf, async (asked: Asked) =>
    clusterClient(await endpoint(asked), { token: eksTokens(tokenOptions(asked)) }),
  );
  const workspaceReader = ({ at, incidentId }: Asked, arn: string): CredentialSource =>
    credentialsFor(at.account, incidentId, policyOf('aps:QueryMetrics', arn));
  return { endpoint, reader, workspaceReader };
};

/** The credentials with which a cluster is read: those of the function, or of the read role of a member account. */
const readCredentials = (
  options: ClusterOptions,
  clock: Clock,
): ((account: string, incidentId: string, policy: string) => CredentialSource) => {
  const { members } = options;
  const sts = stsClient(options);
  return (account, incidentId, policy) => {
    if (account === options.account) return async () => sts.config.credentials();
    let session: Promise<Credentials> | undefined;
    let until = 0;
    return async () => {
      if (session !== undefined && clock.now().getTime() < until) return session;
      until = clock.now().getTime() + SESSION_MS;
      session = assumeMemberRole(sts, members, account, { name: incidentId, incidentId, policy }).then(
        ({ credentials }) => credentials,
      );
      session.catch(() => {
        session = undefined;
      });
      return session;
    };
  };
};

/** Remembers what was made for a key, for a while. A failure is not remembered. */
const expiring = <Of, Value>(
  clock: Clock,
  keyOf: (of: Of) => string,
  make: (of: Of) => Promise<Value>,
): ((of: Of) => Promise<Value>) => {
  const made = new Map<string, { readonly value: Promise<Value>; readonly until: number }>();
  return (of) => {
    const now = clock.now().getTime();
    // A warm function serves many incidents, so what expired would pile up.
    for (const [key, { until }] of made) if (until <= now) made.delete(key);
    const key = keyOf(of);
    const known = made.get(key);
    if (known !== undefined) return known.value;
    const entry = { value: make(of), until: now + CACHED_MS };
    made.set(key, entry);
    entry.value.catch(() => {
      if (made.get(key) === entry) made.delete(key);
    });
    return entry.value;
  };
};
