import { Aws } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { EVENT_SOURCE } from '../lambdas/contracts/approval-waiting.ts';
import type { DeadLetterQueue } from './dead-letter-queue.ts';

/** What every target of a notifier has: how long it is tried, and where what was not taken is kept. */
export interface Delivery {
  readonly retryPolicy: CfnRule.RetryPolicyProperty;
  readonly deadLetterConfig: CfnRule.DeadLetterConfigProperty;
}

/** Tries no longer than an approval lives: what comes later asks for an answer that cannot count. */
export const deliveryOf = (undelivered: DeadLetterQueue, expireMinutes: number): Delivery => ({
  retryPolicy: { maximumEventAgeInSeconds: expireMinutes * 60, maximumRetryAttempts: 185 },
  deadLetterConfig: { arn: undelivered.queueArn },
});

/** A rule for moments of this deployment: the account, because events of members arrive on the same bus. */
export const momentRule = (
  scope: Construct,
  id: string,
  { description, moments, detail, target }: MomentRuleProps,
): CfnRule =>
  new CfnRule(scope, id, {
    description,
    eventPattern: {
      source: [EVENT_SOURCE],
      'detail-type': [...moments],
      account: [Aws.ACCOUNT_ID],
      ...(detail && { detail }),
    },
    targets: [target],
  });

interface MomentRuleProps {
  readonly description: string;
  readonly moments: readonly string[];
  /** What the moment must have besides. */
  readonly detail?: object;
  readonly target: CfnRule.TargetProperty;
}
