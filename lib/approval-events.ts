import { Aws } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { FOLLOW_UP_DUE, FOLLOW_UP_SOURCE } from '../lambdas/contracts/follow-up.ts';
import { APPROVAL_WAITING, EVENT_SOURCE } from '../lambdas/contracts/approval-waiting.ts';
import { MOMENT_LOST, MomentKind } from '../lambdas/contracts/moment.ts';
import type { CheckreinFunction } from './checkrein-function.ts';

/** Lets a function put moments and `approval.waiting`, and no other event, on the default event bus. */
export const grantMoments = (step: CheckreinFunction): void =>
  grantPut(step, EVENT_SOURCE, [...MomentKind.options, APPROVAL_WAITING, MOMENT_LOST]);

/** Lets a function put the event `follow-up.due`, and no other, on the default event bus. */
export const grantFollowUp = (step: CheckreinFunction): void => grantPut(step, FOLLOW_UP_SOURCE, [FOLLOW_UP_DUE]);

const grantPut = (step: CheckreinFunction, source: string, detailTypes: readonly string[]): void => {
  step.addToRolePolicy(
    new PolicyStatement({
      actions: ['events:PutEvents'],
      resources: [`arn:${Aws.PARTITION}:events:${Aws.REGION}:${Aws.ACCOUNT_ID}:event-bus/default`],
      conditions: {
        // A call may put several events, so each key may have several values. `ForAllValues` also holds without any.
        'ForAllValues:StringEquals': { 'events:source': [source], 'events:detail-type': detailTypes },
        Null: { 'events:source': 'false', 'events:detail-type': 'false' },
      },
    }),
  );
};

/**
 * Sends `approval.waiting` to a topic of the team, e.g. its pager's. The plain CloudFormation resource, because the topic
 * is not ours: its own policy must let EventBridge publish.
 */
export class ApprovalPager extends Construct {
  constructor(scope: Construct, id: string, { topicArn }: { readonly topicArn: string }) {
    super(scope, id);
    new CfnRule(this, 'ApprovalWaiting', {
      description: 'Somebody is waited for: sent to the topic approvalWaitingTopicArn.',
      // The account, because events of members arrive on the same bus.
      eventPattern: { source: [EVENT_SOURCE], 'detail-type': [APPROVAL_WAITING], account: [Aws.ACCOUNT_ID] },
      targets: [{ id: 'topic', arn: topicArn }],
    });
  }
}
