import type { AwsCall } from '../../contracts/tool.ts';
import type { Clock } from '../../contracts/ports.ts';
import { systemClock } from '../../adapters/system.ts';
import { assumeMemberRole, stsClient } from './assume-role.ts';
import type { MemberAccess } from './member-access.ts';
import { readSessionPolicy } from './session-policy.ts';
import { awsTransport, type AwsTransport, type AwsTransportOptions } from './transport.ts';

/** Where Checkrein is, and the role by which it gets into the accounts of members. */
export interface AwsOptions extends AwsTransportOptions {
  readonly members?: MemberAccess | undefined;
  /** Default: the wall's. */
  readonly clock?: Clock;
}

/** A call lives 17 seconds at most (see `CONNECTION`); under a session that ends within a minute none is begun. */
const MARGIN_MS = 60_000;

/** Wires into member accounts under their read role: each for one account, one incident and one tool's calls. */
export type MemberTransports = (
  account: string,
  incidentId: string,
  calls: readonly AwsCall[],
) => Promise<AwsTransport>;

interface CachedTransport {
  readonly transport: Promise<AwsTransport>;
  /** No end while the session is still being asked for. */
  until: number;
}

/** Sessions are kept while they are good, and given to nobody but the account, incident and calls they are for. */
export const memberTransports = ({ members, clock = systemClock, ...aws }: AwsOptions): MemberTransports => {
  const sts = stsClient(aws);
  const cache = new Map<string, CachedTransport>();

  const openSession = (key: string, account: string, incidentId: string, policy: string): CachedTransport => {
    const session = assumeMemberRole(sts, members, account, { name: incidentId, incidentId, policy });
    const transport = session.then(
      ({ credentials, expiresAt }) => {
        entry.until = expiresAt.getTime() - MARGIN_MS;
        return awsTransport({ ...aws, connection: { ...aws.connection, credentials } });
      },
      (error: unknown) => {
        // Whoever asks again asks STS again: somebody may have deployed the role meanwhile.
        cache.delete(key);
        throw error;
      },
    );
    const entry: CachedTransport = { transport, until: Infinity };
    cache.set(key, entry);
    return entry;
  };

  return (account, incidentId, calls) => {
    const policy = readSessionPolicy(calls);
    const now = clock.now().getTime();
    // A warm function serves many incidents, and would gather their sessions without end.
    for (const [key, { until }] of cache) if (until <= now) cache.delete(key);
    const key = JSON.stringify([account, incidentId, policy]);
    return (cache.get(key) ?? openSession(key, account, incidentId, policy)).transport;
  };
};
