import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import type { Steps } from './steps.ts';

/** What runs by the clock and not for an incident. A run that is late is not made up for: the next one does its work. */
export class Schedules extends Construct {
  constructor(scope: Construct, id: string, { digest, subscriptions }: Steps) {
    super(scope, id);
    const late = { maxEventAge: Duration.minutes(5), retryAttempts: 2 };
    new Rule(this, 'Digest', {
      description: 'Reports that were too many for a mail each are sent in one.',
      schedule: Schedule.rate(Duration.minutes(5)),
      targets: [new LambdaFunction(digest.live, late)],
    });
    new Rule(this, 'Subscriptions', {
      description: 'Checks that every approver still gets the messages of Checkrein.',
      schedule: Schedule.rate(Duration.minutes(30)),
      targets: [new LambdaFunction(subscriptions.live, late)],
    });
  }
}
