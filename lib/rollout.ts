import { LambdaApplication, LambdaDeploymentConfig, LambdaDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acceptWildcard } from './nag-acknowledgements.ts';
import type { IncidentFlow } from './incident-flow.ts';
import { LIVE } from './live-flow.ts';
import type { SelfMonitoring } from './self-monitoring.ts';
import type { StepFunction } from './step-function.ts';
import type { Steps } from './steps.ts';

export interface RolloutProps {
  readonly steps: Steps;
  readonly flow: IncidentFlow;
  readonly monitoring: SelfMonitoring;
}

/**
 * How a new version takes over: a tenth of the calls for five minutes, then all. Every function watches the
 * errors of all functions, because what one writes the next one reads, and an incident may meet both versions.
 *
 * What a function watches must be there before it. So none watches executions, whose state machine needs the
 * functions; and the page does not watch the steps, one of which needs its address.
 */
export class Rollout extends Construct {
  constructor(scope: Construct, id: string, { steps, flow, monitoring }: RolloutProps) {
    super(scope, id);
    const application = new LambdaApplication(this, 'Application');
    for (const step of steps.all) {
      const role = this.roleFor(step);
      const group = new LambdaDeploymentGroup(this, step.node.id, {
        application,
        // As it is, without the ready-made policy that CDK would add: that one may publish to any topic.
        role: role.withoutPolicyUpdates(),
        alias: step.alias,
        deploymentConfig: LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
        alarms: step === steps.page ? [monitoring.pageAlarm] : [...monitoring.functionAlarms],
      });
      group.node.addDependency(role);
    }
    flow.live?.shift([...monitoring.functionAlarms, ...monitoring.flowAlarms]);
  }

  /** What CodeDeploy may do for a function: move its alias, and look at alarms. */
  private roleFor({ node, functionArn }: StepFunction): Role {
    const role = new Role(this, `${node.id}Role`, { assumedBy: new ServicePrincipal('codedeploy.amazonaws.com') });
    role.addToPolicy(
      new PolicyStatement({
        actions: ['lambda:GetAlias', 'lambda:GetProvisionedConcurrencyConfig', 'lambda:UpdateAlias'],
        resources: [functionArn, `${functionArn}:${LIVE}`],
      }),
    );
    role.addToPolicy(new PolicyStatement({ actions: ['cloudwatch:DescribeAlarms'], resources: ['*'] }));
    acceptWildcard(role, '*', 'CodeDeploy describes alarms without naming them.');
    return role;
  }
}
