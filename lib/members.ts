import { Aws } from 'aws-cdk-lib';
import { CfnEventBusPolicy } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { roleName } from '../lambdas/contracts/role-names.ts';
import type { Settings } from '../lambdas/contracts/settings.ts';

/** Other accounts, and what they agreed on with this one. */
export type Members = NonNullable<Settings['members']>;

/** The events that a member account sends on. */
export const ALARMS = { source: 'aws.cloudwatch', detailType: 'CloudWatch Alarm State Change' } as const;

/** Name of the role of a function of the hub, by the function's name in the stack. */
export const callerName = (step: string): string => roleName(Aws.REGION, step);

/** Lets each member account put its alarms, and nothing else, on the bus of the hub. */
export class MemberIntake extends Construct {
  constructor(scope: Construct, id: string, { accounts }: Members) {
    super(scope, id);
    for (const account of accounts)
      new CfnEventBusPolicy(this, account, {
        statementId: `checkrein-member-${account}`,
        statement: {
          Effect: 'Allow',
          Principal: { AWS: `arn:${Aws.PARTITION}:iam::${account}:root` },
          Action: 'events:PutEvents',
          Resource: `arn:${Aws.PARTITION}:events:${Aws.REGION}:${Aws.ACCOUNT_ID}:event-bus/default`,
          Condition: { StringEquals: { 'events:source': ALARMS.source, 'events:detail-type': ALARMS.detailType } },
        },
      });
  }
}
