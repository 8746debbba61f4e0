import { Aws, CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { AccountPrincipal, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Agent } from '../lambdas/contracts/agent.ts';
import { InputError } from '../lambdas/contracts/errors.ts';
import type { Rules } from '../lambdas/contracts/rules.ts';
import type { Settings } from '../lambdas/contracts/settings.ts';
import { ClusterAccess } from './cluster-access.ts';
import { applyFeatureFlags } from './feature-flags.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { applyOrganizationDefaults } from './organization-defaults.ts';
import { memberPatterns } from './member-patterns.ts';
import { regionalRoleName, type Members } from './members.ts';
import { denyOwnLogs } from './own-log-groups.ts';
import { keepChangesOut } from './own-resources.ts';
import {
  addToolStatements,
  changeTools,
  grantedTools,
  openReads,
  toolChanges,
  toolReads,
  verifyReads,
} from './tool-grants.ts';
import type { Catalogue } from '../lambdas/tools/installed.ts';

export interface CheckreinMemberProps extends StackProps {
  /** The Checkrein that works in this account too. Its settings name `members`. */
  readonly of: {
    readonly rules: Rules;
    /** @internal */
    readonly catalogue: Catalogue;
  };
}

/** A permissions boundary must be a policy of the role's own account, so use the one of the same name there. */
const withLocalBoundary = ({ permissionsBoundaryArn, ...settings }: Settings): Settings => ({
  ...settings,
  permissionsBoundaryArn: permissionsBoundaryArn?.replace(/::\d{12}:/, `::${Aws.ACCOUNT_ID}:`),
});

/** Checkrein in a member account: two roles that the hub may assume, and a rule a source that sends the events that agents take to the hub. */
export class CheckreinMember extends Stack {
  private readonly members: Members;

  constructor(scope: Construct, id: string, { of, ...props }: CheckreinMemberProps) {
    const { rules, catalogue } = of;
    super(scope, id, props);
    applyFeatureFlags(this);
    this.members = membersOf(id, rules);
    applyOrganizationDefaults(this, withLocalBoundary(rules.settings));
    const tools = grantedTools(rules.agents, catalogue);
    const changes = changeTools(tools);

    const change = this.roleFor('Change', 'The most that Checkrein may change in this account.', ['ChangeZone']);
    addToolStatements(change, toolChanges(changes));
    const readers = ['Open', 'Observe', 'Authorize', 'ChangeZone', 'Verify', 'Close', 'Stopped'];
    const read = this.roleFor('Read', 'What Checkrein may read in this account.', readers);
    addToolStatements(read, [...toolReads(tools, rules.agents), verifyReads(), openReads()]);
    denyOwnLogs(read);
    this.sendEvents(rules.agents);
    new ClusterAccess(this, 'ClusterAccess', {
      rules,
      catalogue,
      readers: { read },
      reads: { read: ['observe', 'change'] },
      change,
      member: true,
    });

    keepChangesOut(this, change, changes);

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

  private sendEvents(agents: readonly Agent[]): void {
    const patterns = Object.entries(memberPatterns(agents));
    if (patterns.length === 0) return;
    const bus = `arn:${Aws.PARTITION}:events:${Aws.REGION}:${this.members.hub}:event-bus/default`;
    const role = new Role(this, 'Sender', { assumedBy: new ServicePrincipal('events.amazonaws.com') });
    role.addToPolicy(new PolicyStatement({ actions: ['events:PutEvents'], resources: [bus] }));
    const unsent = new DeadLetterQueue(this, 'Unsent');
    const rules = patterns.map(
      ([source, eventPattern]) =>
        new CfnRule(this, `Events-${source}`, {
          description: `Sends the events of ${source} that agents take to Checkrein in the hub account.`,
          eventPattern,
          targets: [{ id: 'hub', arn: bus, roleArn: role.roleArn, deadLetterConfig: { arn: unsent.queueArn } }],
        }),
    );
    unsent.acceptFromRules(rules.map((rule) => rule.attrArn));
  }
}

const membersOf = (id: string, { settings: { members } }: Rules): Members => {
  if (members !== undefined) return members;
  throw new InputError(`the stack ${id}`, 'the settings have no members', 'settings with `members: { … }`');
};
