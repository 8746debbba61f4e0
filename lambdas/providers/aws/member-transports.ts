import type { AwsCall } from '../../contracts/tool.ts';
import type { Clock } from '../../contracts/ports.ts';
import { systemClock } from '../../adapters/system.ts';
import { assumeMemberRole, stsClient } from './assume-role.ts';
import type { MemberAccess } from './member-access.ts';
import { readSessionPolicy } from './session-policy.ts';
import { awsTransport, type AwsTransport, type AwsTransportOptions } from './transport.ts';

/** Where Checkrein runs, and the role it assumes in member accounts. */
export interface AwsOptions extends AwsTransportOptions {
  readonly members?: MemberAccess | undefined;
  /** Default: the system clock. */
  readonly clock?: Clock;
}

/** A call takes 17 seconds at most (see `CONNECTION`), so no call starts on a session that ends within a minute. */
const MARGIN_MS = 60_000;

/** Transports into member accounts under their read role, each for one account, one incident and one tool's calls. */
export type MemberTransports = (
  account: string,
  incidentId: string,
  calls: readonly AwsCall[],
) => Promise<AwsTransport>;

interface CachedTransport {
  readonly transport: Promise<AwsTransport>;
  /** Infinity while STS has not answered yet. */
  until: number;
}

/** Sessions are cached until they expire, and used only for the account, incident and calls that they were made for. */
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
        // Not cached, because the role may be deployed in the meantime.
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
    // A warm function serves many incidents, so expired sessions would pile up.
    for (const [key, { until }] of cache) if (until <= now) cache.delete(key);
    const key = JSON.stringify([account, incidentId, policy]);
    return (cache.get(key) ?? openSession(key, account, incidentId, policy)).transport;
  };
};
