import { Aws, Duration } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Agent } from '../lambdas/contracts/agent.ts';
import { FOLLOW_UP_DUE, FOLLOW_UP_SOURCE } from '../lambdas/contracts/follow-up.ts';
import { agentRules, patternRule, type RuleTarget } from './agent-rules.ts';
import type { DoctorAlarm } from './doctor-alarm.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import type { IncidentFlow } from './incident-flow.ts';

export interface AlarmIntakeProps {
  readonly agents: readonly Agent[];
  readonly flow: IncidentFlow;
  readonly doctorAlarm: DoctorAlarm;
}

/**
 * Starts the flow for every event that some agent takes, and for every agent that runs by the clock. Each has an EventBridge
 * rule of its own. An event that matches two rules starts two executions, and Open accepts one of them.
 */
export class AlarmIntake extends Construct {
  /** Holds the events that never started an execution. */
  readonly undelivered: DeadLetterQueue;

  constructor(scope: Construct, id: string, { agents, flow, doctorAlarm }: AlarmIntakeProps) {
    super(scope, id);
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('events.amazonaws.com') });
    flow.grantStart(role);
    this.undelivered = new DeadLetterQueue(this, 'Undelivered');

    const target: RuleTarget = {
      id: 'flow',
      arn: flow.startArn,
      roleArn: role.roleArn,
      // An event that could not be delivered for an hour goes to the dead-letter queue, for a person to look at. So does one
      // of more than 256 KB at once: EventBridge carries up to 1 MB, but no execution starts with more than 262,144 bytes.
      retryPolicy: { maximumEventAgeInSeconds: Duration.hours(1).toSeconds(), maximumRetryAttempts: 185 },
      deadLetterConfig: { arn: this.undelivered.queueArn },
    };
    const rules = agents.flatMap((agent) => agentRules(this, agent, target));
    rules.push(
      patternRule(this, 'Doctor', {
        description: 'Runs of checkrein doctor. No agent takes them.',
        pattern: {
          source: ['aws.cloudwatch'],
          'detail-type': ['CloudWatch Alarm State Change'],
          resources: [doctorAlarm.alarmArn],
          detail: { state: { value: ['ALARM'] } },
        },
        target,
      }),
    );
    rules.push(
      patternRule(this, 'FollowUps', {
        description: 'Alarms that had joined an incident and were in ALARM when it closed.',
        // The account, because events of members arrive on the same bus.
        pattern: { source: [FOLLOW_UP_SOURCE], 'detail-type': [FOLLOW_UP_DUE], account: [Aws.ACCOUNT_ID] },
        target,
      }),
    );
    this.undelivered.acceptFromRules(rules.map((rule) => rule.attrArn));
  }
}
