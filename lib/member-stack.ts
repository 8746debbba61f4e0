import { Aws, CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { AccountPrincipal, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Rules } from '../lambdas/contracts/rules.ts';
import type { Settings } from '../lambdas/contracts/settings.ts';
import { ClusterAccess } from './cluster-access.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { applyOrganizationDefaults } from './organization-defaults.ts';
import { ALARM_EVENT, regionalRoleName, type Members } from './members.ts';
import { denyOwnLogs } from './own-log-groups.ts';
import { addToolStatements, changeTools, grantedTools, toolChanges, toolReads, verifyReads } from './tool-grants.ts';
import type { Catalogue } from '../lambdas/tools/installed.ts';

export interface MemberStackProps extends StackProps {
  readonly rules: Rules;
  readonly catalogue: Catalogue;
  readonly members: Members;
}

/** A permissions boundary must be a policy of the role's own account, so use the one of the same name there. */
const withLocalBoundary = ({ permissionsBoundaryArn, ...settings }: Settings): Settings => ({
  ...settings,
  permissionsBoundaryArn: permissionsBoundaryArn?.replace(/::\d{12}:/, `::${Aws.ACCOUNT_ID}:`),
});

/** Checkrein in a member account: two roles that the hub may assume, and a rule that sends alarms to the hub. */
export class MemberStack extends Stack {
  private readonly members: Members;

  constructor(scope: Construct, id: string, { rules, catalogue, members, ...props }: MemberStackProps) {
    super(scope, id, props);
    this.members = members;
    applyOrganizationDefaults(this, withLocalBoundary(rules.settings));
    const tools = grantedTools(rules.agents, catalogue);
    const changes = changeTools(tools);

    const change = this.roleFor('Change', 'The most that Checkrein may change in this account.', ['ChangeZone']);
    addToolStatements(change, toolChanges(changes));
    const readers = ['Observe', 'Authorize', 'ChangeZone', 'Verify'];
    const read = this.roleFor('Read', 'What Checkrein may read in this account.', readers);
    addToolStatements(read, [...toolReads(tools, rules.agents), verifyReads()]);
    denyOwnLogs(read);
    new ClusterAccess(this, 'ClusterAccess', { rules, catalogue, readers: { read }, change, member: true });
    this.sendAlarms();

    new CfnOutput(this, 'ChangeRole', { value: change.roleArn });
    new CfnOutput(this, 'ReadRole', { value: read.roleArn });
  }

  /** A role that only these functions of the hub may assume, and only with the external id. */
  private roleFor(id: string, description: string, steps: readonly string[]): Role {
    const { hub, externalId } = this.members;
    const callers = steps.map((step) => `arn:${Aws.PARTITION}:iam::${hub}:role/${regionalRoleName(step)}`);
    const isCaller = { ArnEquals: { 'aws:PrincipalArn': callers } };
    const role = new Role(this, id, {
      description,
      roleName: regionalRoleName(id.toLowerCase()),
      maxSessionDuration: Duration.hours(1),
      assumedBy: new AccountPrincipal(hub).withConditions({
        ...isCaller,
        StringEquals: { 'sts:ExternalId': externalId },
      }),
    });
    role.assumeRolePolicy?.addStatements(
      new PolicyStatement({
        actions: ['sts:SetSourceIdentity'],
        principals: [new AccountPrincipal(hub)],
        conditions: isCaller,
      }),
    );
    return role;
  }

  private sendAlarms(): void {
    const bus = `arn:${Aws.PARTITION}:events:${Aws.REGION}:${this.members.hub}:event-bus/default`;
    const role = new Role(this, 'Sender', { assumedBy: new ServicePrincipal('events.amazonaws.com') });
    role.addToPolicy(new PolicyStatement({ actions: ['events:PutEvents'], resources: [bus] }));
    const unsent = new DeadLetterQueue(this, 'Unsent');
    const rule = new CfnRule(this, 'Alarms', {
      description: 'Sends the alarms of this account to Checkrein in the hub account.',
      eventPattern: {
        source: [ALARM_EVENT.source],
        'detail-type': [ALARM_EVENT.detailType],
        detail: { state: { value: ['ALARM'] } },
      },
      targets: [{ id: 'hub', arn: bus, roleArn: role.roleArn, deadLetterConfig: { arn: unsent.queueArn } }],
    });
    unsent.acceptFromRules(rule.attrArn);
  }
}
