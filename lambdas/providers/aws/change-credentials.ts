import { contractBroken, ToolRefusal } from '../../contracts/errors.ts';
import { reachOf } from '../../kernel/trace/location.ts';
import type { AwsChangeCredentials, AwsChangeScope } from './change-scope.ts';
import { assumeMemberRole, assumeRole, stsClient } from './assume-role.ts';
import type { MemberAccess } from './member-access.ts';
import { withDecodedDenials } from './authorization-message.ts';
import { restrictedCloud } from './cloud.ts';
import { changeSessionPolicy } from './session-policy.ts';
import { awsTransport, type AwsTransportOptions } from './transport.ts';

interface ChangeCredentialsOptions extends AwsTransportOptions {
  /** The change role of the account that Checkrein is in. */
  readonly roleArn: string;
  /** The change role of member accounts. */
  readonly members?: MemberAccess | undefined;
}

/**
 * Credentials for one change: a session of the change role in the account of the incident, narrowed by a session policy
 * to this tool's actions on this target. Session name and source identity put the incident into CloudTrail.
 */
export const stsChangeCredentials = ({ roleArn, members, ...aws }: ChangeCredentialsOptions): AwsChangeCredentials => {
  const sts = stsClient(aws);
  return {
    assume: async (scope) => {
      const reach = reachOf(scope.location.accountRegion, aws, members);
      if (reach.kind === 'foreign') throw new ToolRefusal(reach.reason);
      const { kind, accountRegion } = reach;
      const session = sessionFor(scope, accountRegion.account);
      const { credentials } = await (kind === 'home'
        ? assumeRole(sts, { ...session, roleArn })
        : assumeMemberRole(sts, members, accountRegion.account, session));
      // One attempt only: Apply reconciles a change that may have happened, and never sends it again.
      const transport = awsTransport({ ...aws, connection: { ...aws.connection, credentials, maxAttempts: 1 } });
      // Decoded with the function's own role, because the session allows nothing but the change.
      return withDecodedDenials(
        restrictedCloud(scope.calls, accountRegion, async () => transport),
        sts,
      );
    },
  };
};

/** The session for a change. Its target must be in the account of the incident. */
const sessionFor = (scope: AwsChangeScope, account: string) => {
  const policy = changeSessionPolicy(scope);
  if (scope.targetArn.split(':')[4] !== account)
    throw contractBroken(`A change of ${scope.targetArn} was to be made with credentials of account ${account}.`);
  return { name: scope.sessionName, incidentId: scope.location.incidentId, policy };
};
