import { Aws, Duration } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Agent } from '../lambdas/contracts/agent.ts';
import { FOLLOW_UP_DUE, FOLLOW_UP_SOURCE } from '../lambdas/contracts/follow-up.ts';
import type { DoctorAlarm } from './doctor-alarm.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import type { IncidentFlow } from './incident-flow.ts';

export interface AlarmIntakeProps {
  readonly agents: readonly Agent[];
  readonly flow: IncidentFlow;
  readonly doctorAlarm: DoctorAlarm;
}

/**
 * Starts the flow for every event that some agent takes. Each agent has one EventBridge rule with its own pattern.
 * An event that matches two rules starts two executions, and Open accepts one of them. The rule is the plain
 * CloudFormation resource, because it takes the pattern exactly as the team wrote it.
 */
export class AlarmIntake extends Construct {
  /** Holds the events that never started an execution. */
  readonly undelivered: DeadLetterQueue;

  constructor(scope: Construct, id: string, { agents, flow, doctorAlarm }: AlarmIntakeProps) {
    super(scope, id);
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('events.amazonaws.com') });
    flow.grantStart(role);
    this.undelivered = new DeadLetterQueue(this, 'Undelivered');

    const target: CfnRule.TargetProperty = {
      id: 'flow',
      arn: flow.startArn,
      roleArn: role.roleArn,
      inputTransformer: { inputTemplate: '{"event": <aws.events.event.json>}' },
      // An alarm that could not be delivered for an hour goes to the dead-letter queue, for a person to look at.
      retryPolicy: { maximumEventAgeInSeconds: Duration.hours(1).toSeconds(), maximumRetryAttempts: 185 },
      deadLetterConfig: { arn: this.undelivered.queueArn },
    };
    const rules = agents.map(
      (agent) =>
        new CfnRule(this, agent.name, {
          description: `Events that the agent ${agent.name} takes.`,
          eventPattern: agent.takes,
          targets: [target],
        }),
    );
    rules.push(
      new CfnRule(this, 'Doctor', {
        description: 'Runs of checkrein doctor. No agent takes them.',
        eventPattern: {
          source: ['aws.cloudwatch'],
          'detail-type': ['CloudWatch Alarm State Change'],
          resources: [doctorAlarm.alarmArn],
          detail: { state: { value: ['ALARM'] } },
        },
        targets: [target],
      }),
    );
    rules.push(
      new CfnRule(this, 'FollowUps', {
        description: 'Alarms that had joined an incident and were in ALARM when it closed.',
        // The account, because events of members arrive on the same bus.
        eventPattern: { source: [FOLLOW_UP_SOURCE], 'detail-type': [FOLLOW_UP_DUE], account: [Aws.ACCOUNT_ID] },
        targets: [target],
      }),
    );
    this.undelivered.acceptFromRules(rules.map((rule) => rule.attrArn));
  }
}
