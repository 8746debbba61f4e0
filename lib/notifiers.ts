import type { CfnRule } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { isSent, type NotifierSettings } from '../lambdas/contracts/notifiers.ts';
import type { Settings } from '../lambdas/contracts/settings.ts';
import type { CheckreinFunction } from './checkrein-function.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { deliveryOf, momentRule, type Delivery } from './moment-rule.ts';
import { PagerDutyTargets } from './notifier-pagerduty.ts';
import { NotifierQueue } from './notifier-queue.ts';

export interface NotifiersProps {
  readonly settings: Settings;
  /** The functions of those that EventBridge cannot send to itself, by name. */
  readonly functions: ReadonlyMap<string, CheckreinFunction>;
}

/**
 * Where moments of incidents go besides the mailboxes of approvers. Each notifier has its own rules, retries and dead-letter queue, so one
 * that is down holds up no other. Nothing comes in by them, and nothing waits for them: neither the flow nor the clock of an approval.
 */
export class Notifiers extends Construct {
  /** What was not taken, a queue for each notifier. */
  readonly undelivered: readonly DeadLetterQueue[];

  constructor(scope: Construct, id: string, { settings, functions }: NotifiersProps) {
    super(scope, id);
    const { expireMinutes } = settings.approval;
    this.undelivered = settings.notifiers.map((notifier) => {
      const own = new Construct(this, notifier.name);
      const undelivered = new DeadLetterQueue(own, 'Undelivered');
      const delivery = deliveryOf(undelivered, expireMinutes);
      const rules = rulesOf(own, notifier, { delivery, undelivered, expireMinutes, functions });
      undelivered.acceptFromRules(rules.map((rule) => rule.attrArn));
      return undelivered;
    });
  }
}

interface Parts {
  readonly delivery: Delivery;
  readonly undelivered: DeadLetterQueue;
  readonly expireMinutes: number;
  readonly functions: ReadonlyMap<string, CheckreinFunction>;
}

const rulesOf = (own: Construct, notifier: NotifierSettings, parts: Parts): readonly CfnRule[] => {
  const { delivery, undelivered, expireMinutes, functions } = parts;
  const description = `Moments of incidents that the notifier ${notifier.name} is told.`;
  const { moments } = notifier;
  if (notifier.kind === 'pagerduty') return new PagerDutyTargets(own, 'PagerDuty', { notifier, delivery }).rules;
  if (notifier.kind === 'topic')
    // The topic is the team's: its own policy must let EventBridge publish.
    return [
      momentRule(own, 'Moments', {
        description,
        moments,
        target: { ...delivery, id: 'topic', arn: notifier.topicArn, inputPath: '$.detail' },
      }),
    ];
  const sender = functions.get(notifier.name);
  if (!isSent(notifier) || sender === undefined) return [];
  const queue = new NotifierQueue(own, 'Queue', { notifier, sender, undelivered, expireMinutes });
  const target = { ...delivery, id: 'queue', arn: queue.queueArn };
  const rule = momentRule(own, 'Moments', { description, moments, target });
  queue.acceptFrom(rule);
  return [rule];
};
