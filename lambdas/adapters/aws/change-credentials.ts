import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { actionOf, type AwsCall } from '../../contracts/tool.ts';
import { contractBroken } from '../../errors.ts';
import type { ChangeCredentials, Scope } from '../../ports.ts';
import { withDecodedRefusals } from './authorization-message.ts';
import { awsCloudAccess, type AwsOptions } from './cloud.ts';
import { CONNECTION, type Credentials } from './connection.ts';
import { translated } from './errors.ts';

/** The shortest that STS allows; a change takes seconds. */
const SESSION_SECONDS = 900;
/** STS's limit on an inline session policy in plain text. */
const POLICY_LIMIT = 2048;

/** What is needed to assume the change role. */
interface ChangeCredentialsOptions extends AwsOptions {
  readonly roleArn: string;
}

/**
 * Credentials for one change, from STS: the change role, cut down by a session policy to this tool's
 * actions on this target. Source identity and session name carry the incident into CloudTrail.
 */
export const stsChangeCredentials = ({ roleArn, ...aws }: ChangeCredentialsOptions): ChangeCredentials => {
  const { region, connection = {} } = aws;
  const client = new STSClient({ ...CONNECTION, ...connection, region });
  return {
    assume: async (scope) => {
      const credentials = await assumeRole(client, roleArn, scope);
      // One attempt only: a change that may have happened is reconciled by apply, never sent again.
      const access = awsCloudAccess({ ...aws, connection: { ...connection, credentials, maxAttempts: 1 } });
      // Decoded with the function's own role: the session is cut down to the change.
      return withDecodedRefusals(access(scope.calls), client);
    },
  };
};

const assumeRole = async (client: STSClient, roleArn: string, scope: Scope): Promise<Credentials> => {
  const name = sessionName(scope.sessionName);
  const command = new AssumeRoleCommand({
    RoleArn: roleArn,
    RoleSessionName: name,
    SourceIdentity: name,
    DurationSeconds: SESSION_SECONDS,
    Policy: sessionPolicy(scope),
  });
  const { Credentials: given } = await client.send(command).catch((error: unknown) => {
    throw translated('sts:AssumeRole', error);
  });
  if (given?.AccessKeyId === undefined || given.SecretAccessKey === undefined || given.SessionToken === undefined)
    throw contractBroken(`sts:AssumeRole of ${roleArn} answered without credentials.`);
  return {
    accessKeyId: given.AccessKeyId,
    secretAccessKey: given.SecretAccessKey,
    sessionToken: given.SessionToken,
  };
};

/** A name that STS accepts: 2 to 64 letters, digits and `_+=,.@-`. */
export const sessionName = (name: string): string =>
  name
    .replace(/[^\w+=,.@-]/g, '-')
    .slice(0, 64)
    .padEnd(2, '-');

/**
 * The inline policy of a session: the scope's actions and nothing else, on the target where IAM can be
 * narrowed to it. A target that IAM would read as a pattern is refused: it would widen what is granted.
 */
export const sessionPolicy = ({ calls, targetArn }: Scope): string => {
  if (!/^arn:[^:]+:[^*?]+$/.test(targetArn) || targetArn.includes('${'))
    throw contractBroken(
      `A change was to be scoped to ${JSON.stringify(targetArn)}, which is not the ARN of one resource.`,
    );
  const statements = [
    ...statement(actions(calls, 'target'), targetArn),
    ...statement(actions(calls, 'any'), '*'),
    ...behalf(calls).map((action) => ({ Effect: 'Allow', Action: action, Resource: '*', Condition: FOR_AWS_ONLY })),
  ];
  if (statements.length === 0) throw contractBroken(`A change of ${targetArn} was to be made without any AWS call.`);
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  if (policy.length > POLICY_LIMIT)
    throw contractBroken(
      `The session policy for ${targetArn} has ${policy.length} characters; STS takes ${POLICY_LIMIT}.`,
    );
  return policy;
};

/** Actions that AWS takes in the caller's name, such as a grant on the key of an encrypted volume. */
const behalf = (calls: readonly AwsCall[]): string[] => [...new Set(calls.flatMap((call) => call.onBehalf ?? []))];

/** An AWS service may ask for a grant while it carries out a call; nobody can ask for one directly. */
const FOR_AWS_ONLY = { Bool: { 'kms:GrantIsForAWSResource': 'true' } };

const actions = (calls: readonly AwsCall[], scope: AwsCall['scope']): string[] => [
  ...new Set(calls.filter((call) => call.scope === scope).map(actionOf)),
];

const statement = (allowed: readonly string[], resource: string): object[] =>
  allowed.length === 0 ? [] : [{ Effect: 'Allow', Action: allowed, Resource: resource }];
