import { Aws, Duration } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Alarm, ComparisonOperator, type IMetric, MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { OWN_ALARM } from '../lambdas/contracts/own-alarms.ts';
import type { AlarmIntake } from './alarm-intake.ts';
import { DeadLetters } from './dead-letters.ts';
import type { IncidentFlow } from './incident-flow.ts';
import type { StepFunction } from './step-function.ts';
import type { Steps } from './steps.ts';

const RUNBOOK = 'docs/operator-runbook.md';

export interface SelfMonitoringProps {
  readonly steps: Steps;
  readonly flow: IncidentFlow;
  readonly intake: AlarmIntake;
  /** Where the alarms go. Default: nowhere. */
  readonly topicArn?: string | undefined;
}

/**
 * Watches the watcher. `States.ALL` does not catch `States.Runtime` or `States.DataLimitExceeded`, and nothing
 * catches a time-out of the whole execution or a stop by hand: such incidents are closed from outside.
 */
export class SelfMonitoring extends Construct {
  /** Speaks when the approval page throws. */
  readonly pageAlarm: Alarm;
  /** Speak when functions throw, the page included. */
  readonly functionAlarms: readonly Alarm[];
  /** Speak when executions fail or events are lost. */
  readonly flowAlarms: readonly Alarm[];

  constructor(scope: Construct, id: string, { steps, flow, intake, topicArn }: SelfMonitoringProps) {
    super(scope, id);
    const undelivered = new DeadLetters(this, 'Undelivered');
    this.closeDead(flow, steps.stopped, undelivered);

    const { open, decide, observe, authorize, changeZone, ask, page, verify, close, stopped } = steps;
    this.pageAlarm = this.alarm('approval-page', errorsOf([page]), {
      impact:
        'Approvers cannot read or answer what they are asked. Plans expire, and nothing that needs a person changes.',
      anchor: 'stuck-approvals',
    });
    this.functionAlarms = [
      this.pageAlarm,
      this.alarm('steps', errorsOf([open, decide, observe, authorize, changeZone, ask, verify, close]), {
        impact:
          'Steps of incidents throw errors. What retries do not heal ends as failed, and a person must take over.',
        anchor: 'failed-executions',
      }),
      this.alarm('stopped', errorsOf([stopped]), {
        impact: 'Incidents whose execution died are not closed, and nobody is told about them.',
        anchor: 'failed-executions',
      }),
    ];
    const dead = { failed: flow.stateMachine.metricFailed(), timedOut: flow.stateMachine.metricTimedOut() };
    const lost = { alarms: visible(intake.undelivered), executions: visible(undelivered) };
    this.flowAlarms = [
      this.alarm('executions', sumOf(dead), {
        impact: 'An incident could not be opened or closed in order, and ends as failed.',
        anchor: 'failed-executions',
      }),
      this.alarm('dead-letters', sumOf(lost), {
        impact: 'An alarm was not looked at, or a dead incident not closed. The event waits in a queue for 14 days.',
        anchor: 'dead-letter-queues',
      }),
    ];
    if (topicArn !== undefined) {
      const page = new SnsAction(Topic.fromTopicArn(this, 'Pager', topicArn));
      for (const alarm of [...this.functionAlarms, ...this.flowAlarms]) {
        alarm.addAlarmAction(page);
        alarm.addOkAction(page);
      }
    }
  }

  private closeDead(flow: IncidentFlow, stopped: StepFunction, deadLetterQueue: DeadLetters): void {
    // EventBridge has done its part once Lambda has taken the event. What Stopped then fails at must not be lost either.
    stopped.sendsUnhandledTo(deadLetterQueue);
    new Rule(this, 'ExecutionDied', {
      description: 'An execution of the flow ended without closing its incident.',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { status: ['FAILED', 'TIMED_OUT', 'ABORTED'], stateMachineArn: [flow.stateMachineArn] },
      },
      targets: [
        new LambdaFunction(stopped.live, { deadLetterQueue, maxEventAge: Duration.hours(24), retryAttempts: 185 }),
      ],
    });
  }

  /**
   * Speaks at the first one, within a minute or two. A throttle that the flow rides out speaks too: for a new
   * version, a rollback too many costs a deployment, and one too few costs incidents.
   */
  private alarm(name: string, metric: IMetric, says: { impact: string; anchor: string }): Alarm {
    return new Alarm(this, name, {
      alarmName: `${OWN_ALARM}${Aws.STACK_NAME}-${name}`,
      alarmDescription: `${says.impact} See ${RUNBOOK}#${says.anchor}`,
      metric,
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}

const sumOf = (usingMetrics: Record<string, IMetric>): IMetric =>
  new MathExpression({
    expression: `SUM([${Object.keys(usingMetrics)
      .map((name) => `FILL(${name}, 0)`)
      .join(', ')}])`,
    usingMetrics,
    period: Duration.minutes(1),
  });

/** Errors of functions, of whichever version is in use. An alarm adds up ten metrics at most. */
const errorsOf = (steps: readonly StepFunction[]): IMetric =>
  sumOf(Object.fromEntries(steps.map((step, n) => [`m${String(n)}`, step.live.metricErrors({ label: step.node.id })])));

const visible = (queue: DeadLetters): IMetric => queue.metricApproximateNumberOfMessagesVisible({ statistic: 'max' });
