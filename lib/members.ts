import { Aws } from 'aws-cdk-lib';
import { CfnEventBusPolicy } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { roleName } from '../lambdas/contracts/role-names.ts';
import type { Settings } from '../lambdas/contracts/settings.ts';

/** The member accounts, and the external id they share with the hub. */
export type Members = NonNullable<Settings['members']>;

/** The events that a member account sends to the hub. */
export const ALARM_EVENT = { source: 'aws.cloudwatch', detailType: 'CloudWatch Alarm State Change' } as const;

/** Name of a role that the hub and its members must both know, with the Region in it. */
export const regionalRoleName = (step: string): string => roleName(Aws.REGION, step);

/** Lets each member account put alarms, and nothing else, on the event bus of the hub. */
export class MemberIntake extends Construct {
  constructor(scope: Construct, id: string, { accounts }: Members) {
    super(scope, id);
    // One statement for all: the policy of a bus may have 10,240 characters, and other stacks may use it too.
    new CfnEventBusPolicy(this, 'Members', {
      statementId: 'checkrein-members',
      statement: {
        Effect: 'Allow',
        Principal: { AWS: accounts.map((account) => `arn:${Aws.PARTITION}:iam::${account}:root`) },
        Action: 'events:PutEvents',
        Resource: `arn:${Aws.PARTITION}:events:${Aws.REGION}:${Aws.ACCOUNT_ID}:event-bus/default`,
        Condition: {
          // A call may put several events, so each key may have several values. `ForAllValues` also holds without any.
          'ForAllValues:StringEquals': {
            'events:source': [ALARM_EVENT.source],
            'events:detail-type': [ALARM_EVENT.detailType],
          },
          Null: { 'events:source': 'false', 'events:detail-type': 'false' },
        },
      },
    });
  }
}
