import { Aws, CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { AccountPrincipal, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Rules } from '../lambdas/contracts/rules.ts';
import type { Settings } from '../lambdas/contracts/settings.ts';
import { acceptWildcard } from './nag-acknowledgements.ts';
import { DeadLetters } from './dead-letters.ts';
import { applyOrganizationDefaults } from './organization-defaults.ts';
import { ALARMS, callerName, type Members } from './members.ts';
import { changesOf, changeTools, grantedTools, onBehalfOf, ownReadsOfVerify, readsOf } from './tool-grants.ts';

export interface MemberStackProps extends StackProps {
  readonly rules: Rules;
  readonly members: Members;
}

/** A role can only be bounded by a policy of its own account: here by the one of the same name. */
const boundedHere = ({ permissionsBoundaryArn, ...settings }: Settings): Settings => ({
  ...settings,
  permissionsBoundaryArn: permissionsBoundaryArn?.replace(/::\d{12}:/, `::${Aws.ACCOUNT_ID}:`),
});

/** What another account has of Checkrein: two roles that the hub may take, and a rule that sends its alarms there. */
export class MemberStack extends Stack {
  private readonly members: Members;

  constructor(scope: Construct, id: string, { rules, members, ...props }: MemberStackProps) {
    super(scope, id, props);
    this.members = members;
    applyOrganizationDefaults(this, boundedHere(rules.settings));
    const tools = grantedTools(rules.agents);
    const changes = changeTools(tools);

    const change = this.roleFor('Change', 'What Checkrein may change here, at most.', ['ChangeZone']);
    this.allow(change, [...changesOf(changes), ...onBehalfOf(changes)]);
    const readers = ['Observe', 'Authorize', 'ChangeZone', 'Verify'];
    const read = this.roleFor('Read', 'What Checkrein may look at here.', readers);
    this.allow(read, [...readsOf(tools), ownReadsOfVerify()]);
    this.sendAlarms();

    new CfnOutput(this, 'ChangeRole', { value: change.roleArn });
    new CfnOutput(this, 'ReadRole', { value: read.roleArn });
  }

  /** A role that only these functions of the hub may take, when they name the external id. */
  private roleFor(id: string, description: string, steps: readonly string[]): Role {
    const { hub, externalId } = this.members;
    const callers = steps.map((step) => `arn:${Aws.PARTITION}:iam::${hub}:role/${callerName(step)}`);
    const isCaller = { ArnEquals: { 'aws:PrincipalArn': callers } };
    const role = new Role(this, id, {
      description,
      roleName: callerName(id.toLowerCase()),
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

  private allow(role: Role, statements: readonly PolicyStatement[]): void {
    for (const statement of statements) {
      role.addToPolicy(statement);
      for (const target of statement.resources)
        acceptWildcard(role, target, 'All targets of one kind; the session policy of each change names one of them.');
    }
  }

  private sendAlarms(): void {
    const bus = `arn:${Aws.PARTITION}:events:${Aws.REGION}:${this.members.hub}:event-bus/default`;
    const role = new Role(this, 'Sender', { assumedBy: new ServicePrincipal('events.amazonaws.com') });
    role.addToPolicy(new PolicyStatement({ actions: ['events:PutEvents'], resources: [bus] }));
    const unsent = new DeadLetters(this, 'Unsent');
    const rule = new CfnRule(this, 'Alarms', {
      description: 'Alarms of this account, for Checkrein in the hub account.',
      eventPattern: {
        source: [ALARMS.source],
        'detail-type': [ALARMS.detailType],
        detail: { state: { value: ['ALARM'] } },
      },
      targets: [{ id: 'hub', arn: bus, roleArn: role.roleArn, deadLetterConfig: { arn: unsent.queueArn } }],
    });
    unsent.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [unsent.queueArn],
        conditions: { ArnEquals: { 'aws:SourceArn': rule.attrArn } },
      }),
    );
  }
}
