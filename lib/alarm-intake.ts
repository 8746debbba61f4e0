import { Duration } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Agent } from '../lambdas/contracts/agent.ts';
import { DeadLetters } from './dead-letters.ts';
import type { IncidentFlow } from './incident-flow.ts';

export interface AlarmIntakeProps {
  readonly agents: readonly Agent[];
  readonly flow: IncidentFlow;
}

/**
 * Starts the flow for every event that some agent takes: one rule an agent, with the agent's own pattern.
 * An event that two agents take arrives twice; Open lets one in. Written with the plain CloudFormation
 * resource, because a pattern is passed on as the team wrote it.
 */
export class AlarmIntake extends Construct {
  /** Holds the events that never started an execution. */
  readonly undelivered: DeadLetters;

  constructor(scope: Construct, id: string, { agents, flow }: AlarmIntakeProps) {
    super(scope, id);
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('events.amazonaws.com') });
    flow.grantStart(role);
    this.undelivered = new DeadLetters(this, 'Undelivered');

    const target: CfnRule.TargetProperty = {
      id: 'flow',
      arn: flow.startArn,
      roleArn: role.roleArn,
      inputTransformer: { inputPathsMap: { event: '$' }, inputTemplate: '{"event": <event>}' },
      // An alarm older than an hour is better looked at by a person, who finds it in the queue.
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
    this.undelivered.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [this.undelivered.queueArn],
        conditions: { ArnEquals: { 'aws:SourceArn': rules.map((rule) => rule.attrArn) } },
      }),
    );
  }
}
