import { Aws, Duration } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Alarm, ComparisonOperator, type IMetric, MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { OWN_ALARM } from '../lambdas/contracts/own-alarms.ts';
import type { AlarmIntake } from './alarm-intake.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import type { IncidentFlow } from './incident-flow.ts';
import type { CheckreinFunction } from './checkrein-function.ts';
import type { MomentStream } from './moments.ts';
import type { Steps } from './steps.ts';

const RUNBOOK = 'docs/operator-runbook.md';

export interface SelfMonitoringProps {
  readonly steps: Steps;
  readonly flow: IncidentFlow;
  readonly intake: AlarmIntake;
  readonly moments: MomentStream;
  /** SNS topic that the alarms notify. Default: none. */
  readonly topicArn?: string | undefined;
}

/**
 * Alarms on Checkrein itself, and a rule that closes incidents whose execution died. `States.ALL` does not catch
 * `States.Runtime` or `States.DataLimitExceeded`, and no state can catch a timeout or an abort of the execution.
 */
export class SelfMonitoring extends Construct {
  /** Goes off when the approval page throws. */
  readonly pageAlarm: Alarm;
  /** Goes off when the function throws that sends approvers their own links on request. */
  readonly sendLinkAlarm: Alarm;
  /** Go off when functions throw, the approval page included. */
  readonly functionAlarms: readonly Alarm[];
  /** Go off when executions fail or events are lost. */
  readonly flowAlarms: readonly Alarm[];
  /** Goes off when an approver gets no messages. No deployment waits for it: the cause is in a mailbox. */
  readonly subscriptionAlarm: Alarm;

  constructor(scope: Construct, id: string, { steps, flow, intake, moments, topicArn }: SelfMonitoringProps) {
    super(scope, id);
    const undelivered = new DeadLetterQueue(this, 'Undelivered');
    this.closeDeadExecutions(flow, steps.stopped, undelivered);

    const {
      open,
      decide,
      observe,
      authorize,
      changeZone,
      ask,
      page,
      sendLink,
      verify,
      close,
      stopped,
      digest,
      subscriptions,
    } = steps;
    this.pageAlarm = this.alarm('approval-page', errorsOf([page]), {
      impact: 'Approvers cannot open or answer approvals. Plans expire, and changes that need a person are not made.',
      anchor: 'stuck-approvals',
    });
    this.sendLinkAlarm = this.alarm('send-link', errorsOf([sendLink]), {
      impact: 'Approvers who come from a shared channel get no link of their own. The links in their messages work.',
      anchor: 'stuck-approvals',
    });
    this.functionAlarms = [
      this.pageAlarm,
      this.sendLinkAlarm,
      this.alarm('steps', errorsOf([open, decide, observe, authorize, changeZone, ask, verify, close, digest]), {
        impact:
          'Steps of incidents throw errors. An incident whose retries run out ends as failed, and a person must take over.',
        anchor: 'failed-executions',
      }),
      this.alarm('moments', errorsOf([steps.moments]), {
        impact: 'The event bus gets no moments, so pagers and chats hear nothing. Approvers still get their mails.',
        anchor: 'lost-moments',
      }),
      this.alarm('stopped', errorsOf([stopped]), {
        impact: 'Incidents whose execution died are not closed, and nobody is notified of them.',
        anchor: 'failed-executions',
      }),
    ];
    const dead = { failed: flow.stateMachine.metricFailed(), timedOut: flow.stateMachine.metricTimedOut() };
    const lost = {
      alarms: visible(intake.undelivered),
      executions: visible(undelivered),
      moments: visible(moments.undelivered),
    };
    this.flowAlarms = [
      this.alarm('executions', sumOf(dead), {
        impact: 'An incident could not be opened or closed normally, and ends as failed.',
        anchor: 'failed-executions',
      }),
      this.alarm('dead-letters', sumOf(lost), {
        impact:
          'An alarm was not handled, a dead incident was not closed, or people elsewhere were not told of an incident. What was lost waits in a queue for 14 days.',
        anchor: 'dead-letter-queues',
      }),
    ];
    this.subscriptionAlarm = this.alarm(
      'subscriptions',
      errorsOf([subscriptions], Duration.hours(1)),
      {
        impact: 'An approver gets no mails from SNS, or that could not be checked. Plans that need this person expire.',
        anchor: 'lost-subscriptions',
      },
      // Checked twice an hour: an hour without a check says nothing new.
      TreatMissingData.IGNORE,
    );
    if (topicArn !== undefined) {
      const page = new SnsAction(Topic.fromTopicArn(this, 'Pager', topicArn));
      for (const alarm of [...this.functionAlarms, ...this.flowAlarms, this.subscriptionAlarm]) {
        alarm.addAlarmAction(page);
        alarm.addOkAction(page);
      }
    }
  }

  private closeDeadExecutions(flow: IncidentFlow, stopped: CheckreinFunction, deadLetterQueue: DeadLetterQueue): void {
    // EventBridge stops retrying once Lambda accepts the event, so an event that Stopped fails on needs this queue too.
    stopped.sendFailedEventsTo(deadLetterQueue);
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
   * Goes off at the first error, within a minute or two. A throttle that a retry survives counts too: a needless
   * rollback costs a deployment, but a missed one costs incidents.
   */
  private alarm(
    name: string,
    metric: IMetric,
    text: { impact: string; anchor: string },
    treatMissingData = TreatMissingData.NOT_BREACHING,
  ): Alarm {
    return new Alarm(this, name, {
      alarmName: `${OWN_ALARM}${Aws.STACK_NAME}-${name}`,
      alarmDescription: `${text.impact} See ${RUNBOOK}#${text.anchor}`,
      metric,
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData,
    });
  }
}

const sumOf = (usingMetrics: Record<string, IMetric>, period = Duration.minutes(1)): IMetric =>
  new MathExpression({
    expression: `SUM([${Object.keys(usingMetrics)
      .map((name) => `FILL(${name}, 0)`)
      .join(', ')}])`,
    usingMetrics,
    period,
  });

/** Errors of functions, on the version in use. An alarm can sum ten metrics at most. */
const errorsOf = (steps: readonly CheckreinFunction[], period?: Duration): IMetric =>
  sumOf(
    Object.fromEntries(steps.map((step, n) => [`m${String(n)}`, step.live.metricErrors({ label: step.node.id })])),
    period,
  );

const visible = (queue: DeadLetterQueue): IMetric =>
  queue.metricApproximateNumberOfMessagesVisible({ statistic: 'max' });
