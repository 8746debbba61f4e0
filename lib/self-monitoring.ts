import { Duration } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import { DeadLetters } from './dead-letters.ts';
import type { IncidentFlow } from './incident-flow.ts';
import type { StepFunction } from './step-function.ts';

export interface SelfMonitoringProps {
  readonly flow: IncidentFlow;
  readonly stopped: StepFunction;
}

/**
 * Watches the watcher. `States.ALL` does not catch `States.Runtime` or `States.DataLimitExceeded`, and nothing
 * catches a time-out of the whole execution or a stop by hand: such incidents are closed from outside.
 */
export class SelfMonitoring extends Construct {
  constructor(scope: Construct, id: string, { flow, stopped }: SelfMonitoringProps) {
    super(scope, id);
    new Rule(this, 'ExecutionDied', {
      description: 'An execution of the flow ended without closing its incident.',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { status: ['FAILED', 'TIMED_OUT', 'ABORTED'], stateMachineArn: [flow.stateMachineArn] },
      },
      targets: [
        new LambdaFunction(stopped, {
          deadLetterQueue: new DeadLetters(this, 'Undelivered'),
          maxEventAge: Duration.hours(24),
          retryAttempts: 185,
        }),
      ],
    });
  }
}
