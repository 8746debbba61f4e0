import { Aws } from 'aws-cdk-lib';
import { type IRuleTarget, Rule, type RuleTargetConfig } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { EVENT_SOURCE } from '../lambdas/contracts/approval-waiting.ts';
import type { MomentKind } from '../lambdas/contracts/moment.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { type Delivery, deliveryOf } from './moment-rule.ts';

export interface OnMomentsProps {
  /** The kinds of moments, e.g. `approval.asked`. */
  readonly moments: readonly MomentKind[];
  /** What gets the events: a target of `aws-cdk-lib/aws-events-targets`. Its own retries and dead-letter queue, if it has any, stay. */
  readonly target: IRuleTarget;
}

/** Sends moments of incidents to a target of a team. */
export class OnMoments extends Construct {
  readonly rule: Rule;
  /** What the target did not take. An alarm on it is up to the team. */
  readonly undelivered: DeadLetterQueue;

  constructor(
    scope: Construct,
    id: string,
    { moments, target, expireMinutes }: OnMomentsProps & { readonly expireMinutes: number },
  ) {
    super(scope, id);
    this.undelivered = new DeadLetterQueue(this, 'Undelivered');
    const delivery = deliveryOf(this.undelivered, expireMinutes);
    this.rule = new Rule(this, 'Moments', {
      description: 'Moments of incidents for a target of the team.',
      // The account, because events of members arrive on the same bus.
      eventPattern: { source: [EVENT_SOURCE], detailType: [...moments], account: [Aws.ACCOUNT_ID] },
      targets: [{ bind: (rule, targetId) => withDelivery(target.bind(rule, targetId), delivery) }],
    });
    this.undelivered.acceptFromRules(this.rule.ruleArn);
  }
}

/** A target with our retries and dead-letter queue, where it has none of its own. */
const withDelivery = (config: RuleTargetConfig, delivery: Delivery): RuleTargetConfig => ({
  ...config,
  retryPolicy: config.retryPolicy ?? delivery.retryPolicy,
  deadLetterConfig: config.deadLetterConfig ?? delivery.deadLetterConfig,
});
