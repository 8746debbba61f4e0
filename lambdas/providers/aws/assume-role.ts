import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { CloudError, contractBroken } from '../../contracts/errors.ts';
import { CONNECTION, type Credentials } from '../../adapters/aws/connection.ts';
import { translateAwsError } from '../../adapters/aws/errors.ts';
import type { MemberAccess } from './member-access.ts';
import type { AwsTransportOptions } from './transport.ts';

/** The shortest session that STS allows. Reads take seconds, and a change at most 14 minutes. */
const SESSION_SECONDS = 900;

export interface SessionRequest {
  readonly roleArn: string;
  readonly externalId?: string;
  readonly name: string;
  /** Becomes the source identity, which CloudTrail shows on every call of the session. */
  readonly incidentId: string;
  readonly policy: string;
}

export interface RoleSession {
  readonly credentials: Credentials;
  readonly expiresAt: Date;
}

/** An STS client in the Region of the function. */
export const stsClient = ({ region, connection }: AwsTransportOptions): STSClient =>
  new STSClient({ ...CONNECTION, ...connection, region });

/** Assumes a role with a session policy. */
export const assumeRole = async (sts: STSClient, session: SessionRequest): Promise<RoleSession> => {
  const command = new AssumeRoleCommand({
    RoleArn: session.roleArn,
    ...(session.externalId === undefined ? {} : { ExternalId: session.externalId }),
    RoleSessionName: sessionName(session.name),
    SourceIdentity: sessionName(session.incidentId),
    DurationSeconds: SESSION_SECONDS,
    Policy: session.policy,
  });
  const { Credentials: credentials } = await sts.send(command).catch((error: unknown) => {
    throw translateAwsError(`sts:AssumeRole on ${session.roleArn}`, error);
  });
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = credentials ?? {};
  if (AccessKeyId === undefined || SecretAccessKey === undefined || SessionToken === undefined || !Expiration)
    throw contractBroken(`sts:AssumeRole of ${session.roleArn} returned no credentials.`);
  return {
    credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
    expiresAt: Expiration,
  };
};

/** Assumes a role in a member account. STS does not tell a missing role from one that does not trust the hub. */
export const assumeMemberRole = async (
  sts: STSClient,
  member: MemberAccess | undefined,
  account: string,
  session: Pick<SessionRequest, 'name' | 'incidentId' | 'policy'>,
): Promise<RoleSession> => {
  if (member === undefined) throw contractBroken(`There is no role for account ${account}.`);
  const roleArn = member.roleArn.replaceAll('${account}', account);
  return assumeRole(sts, { ...session, roleArn, externalId: member.externalId }).catch((error: unknown) => {
    if (!(error instanceof CloudError) || error.code !== 'AccessDenied') throw error;
    const why = `Account ${account} has no role ${roleArn} that trusts this hub: deploy CheckreinMember there, with the same settings (\`members\`).`;
    throw new CloudError(error.code, `${why} AWS said: ${error.awsMessage}`, error, error.call);
  });
};

/** A name that STS accepts: 2 to 64 letters, digits and `_+=,.@-`. */
const sessionName = (name: string): string =>
  name
    .replace(/[^\w+=,.@-]/g, '-')
    .slice(0, 64)
    .padEnd(2, '-');
