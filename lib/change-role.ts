import { Duration } from 'aws-cdk-lib';
import { PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { AwsChangeManifest } from '../lambdas/contracts/tool.ts';
import type { CheckreinFunction } from './checkrein-function.ts';
import { addToolStatements, toolChanges } from './tool-grants.ts';

export interface ChangeRoleProps {
  /** The only function that may assume the role. */
  readonly changeZone: CheckreinFunction;
  /** The change tools that some agent is granted. */
  readonly tools: readonly AwsChangeManifest[];
}

/**
 * The only role that can change anything. It is an upper limit: a session policy narrows each session to one tool's
 * calls on one target. While no agent has a change tool, the role has no permissions.
 */
export class ChangeRole extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, { changeZone, tools }: ChangeRoleProps) {
    super(scope, id);
    const role = new Role(this, 'Role', {
      description:
        'The most that Checkrein may change. Assumed for one change at a time, narrowed by a session policy.',
      assumedBy: changeZone.grantPrincipal,
      maxSessionDuration: Duration.hours(1),
    });
    this.role = role;
    role.assumeRolePolicy?.addStatements(
      new PolicyStatement({ actions: ['sts:SetSourceIdentity'], principals: [changeZone.executionRole] }),
    );
    addToolStatements(role, toolChanges(tools));
    changeZone.setEnv('changeRole', role.roleArn);
    // Decodes why EC2 refused a call. The action has no resource-level permissions.
    changeZone.addToRolePolicy(new PolicyStatement({ actions: ['sts:DecodeAuthorizationMessage'], resources: ['*'] }));
    changeZone.addToRolePolicy(
      // The source identity is the incident id, so CloudTrail shows it on every change.
      new PolicyStatement({ actions: ['sts:AssumeRole', 'sts:SetSourceIdentity'], resources: [role.roleArn] }),
    );
  }
}
