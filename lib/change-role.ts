import { Duration } from 'aws-cdk-lib';
import { PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { ChangeManifest } from '../lambdas/contracts/tool.ts';
import { acceptWildcard } from './nag-acknowledgements.ts';
import type { StepFunction } from './step-function.ts';
import { changesOf, onBehalfOf } from './tool-grants.ts';

export interface ChangeRoleProps {
  /** The only function that may take the role. */
  readonly changeZone: StepFunction;
  /** The change tools that some agent is granted. */
  readonly tools: readonly ChangeManifest[];
}

/**
 * The only role that can change anything. It is a ceiling: each session is cut down by a session policy to
 * one tool's calls on one target. While no agent has a change tool, it may do nothing at all.
 */
export class ChangeRole extends Construct {
  constructor(scope: Construct, id: string, { changeZone, tools }: ChangeRoleProps) {
    super(scope, id);
    const role = new Role(this, 'Role', {
      description: 'What Checkrein may change, at most. Assumed for one change at a time, under a session policy.',
      assumedBy: changeZone.grantPrincipal,
      maxSessionDuration: Duration.hours(1),
    });
    role.assumeRolePolicy?.addStatements(
      new PolicyStatement({ actions: ['sts:SetSourceIdentity'], principals: [changeZone.executionRole] }),
    );
    for (const statement of [...changesOf(tools), ...onBehalfOf(tools)]) {
      role.addToPolicy(statement);
      for (const target of statement.resources)
        acceptWildcard(role, target, 'All targets of one kind: the session policy of each change names one of them.');
    }
    changeZone.knows('changeRole', role.roleArn);
    // Reads why EC2 refused; it answers with text about our own request and knows no resources.
    changeZone.addToRolePolicy(new PolicyStatement({ actions: ['sts:DecodeAuthorizationMessage'], resources: ['*'] }));
    changeZone.addToRolePolicy(
      // The source identity is the incident, so CloudTrail names it on every call that changed something.
      new PolicyStatement({ actions: ['sts:AssumeRole', 'sts:SetSourceIdentity'], resources: [role.roleArn] }),
    );
  }
}
