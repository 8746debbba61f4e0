import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { CloudError, contractBroken } from '../../contracts/errors.ts';
import { CONNECTION, type Credentials } from '../../adapters/aws/connection.ts';
import { translateAwsError } from '../../adapters/aws/errors.ts';
import type { MemberAccess } from './member-access.ts';
import type { AwsTransportOptions } from './transport.ts';

/** The shortest that STS allows. A look or a change takes seconds, and from role to role an hour is the most. */
const SESSION_SECONDS = 900;

/** A session of a role, for one purpose. */
export interface SessionRequest {
  readonly roleArn: string;
  readonly externalId?: string;
  readonly name: string;
  /** The incident, which CloudTrail then names on every call of the session. */
  readonly incidentId: string;
  readonly policy: string;
}

/** Credentials that end. */
export interface RoleSession {
  readonly credentials: Credentials;
  readonly expiresAt: Date;
}

/** A client of STS, in the Region of the function. */
export const stsClient = ({ region, connection }: AwsTransportOptions): STSClient =>
  new STSClient({ ...CONNECTION, ...connection, region });

/** A session of a role, cut down by a policy. */
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
    throw translateAwsError('sts:AssumeRole', error);
  });
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = credentials ?? {};
  if (AccessKeyId === undefined || SecretAccessKey === undefined || SessionToken === undefined || !Expiration)
    throw contractBroken(`sts:AssumeRole of ${session.roleArn} answered without credentials.`);
  return {
    credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
    expiresAt: Expiration,
  };
};

/** The same in a member account. STS answers alike to a role that is missing and to one that does not trust us. */
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
    const why = `Account ${account} has no role ${roleArn} that lets this hub in: deploy CheckreinMember there, with the same config/deployment.ts.`;
    throw new CloudError(error.code, `${why} AWS said: ${error.awsMessage}`, error);
  });
};

/** A name that STS accepts: 2 to 64 letters, digits and `_+=,.@-`. */
export const sessionName = (name: string): string =>
  name
    .replace(/[^\w+=,.@-]/g, '-')
    .slice(0, 64)
    .padEnd(2, '-');
