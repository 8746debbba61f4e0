import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { LambdaApplication, LambdaDeploymentConfig, LambdaDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledgeWildcard } from './nag-acknowledgements.ts';
import type { IncidentFlow } from './incident-flow.ts';
import { LIVE_ALIAS } from './flow-alias.ts';
import type { SelfMonitoring } from './self-monitoring.ts';
import type { CheckreinFunction } from './checkrein-function.ts';
import type { Steps } from './steps.ts';

export interface RolloutProps {
  readonly steps: Steps;
  readonly flow: IncidentFlow;
  readonly monitoring: SelfMonitoring;
}

/**
 * Canary deployment: a new version gets a tenth of the calls for five minutes, then all. An error in any function rolls
 * back every function, because one reads what another wrote, and an incident may run on both versions.
 *
 * A function must be created after the alarms that its deployment uses. So no function uses the alarms on executions,
 * because the state machine depends on the functions; the page does not use the alarm on steps, because one of
 * the steps depends on the page's URL; and SendLink uses its own alarm only, because the page starts it.
 */
export class Rollout extends Construct {
  constructor(scope: Construct, id: string, { steps, flow, monitoring }: RolloutProps) {
    super(scope, id);
    const application = new LambdaApplication(this, 'Application');
    for (const step of steps.all) {
      const role = this.roleFor(step);
      const group = new LambdaDeploymentGroup(this, step.node.id, {
        application,
        // Keeps CDK from attaching the managed policy, which allows publishing to any topic.
        role: role.withoutPolicyUpdates(),
        alias: step.alias,
        deploymentConfig: LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
        alarms: [...alarmsFor(step, steps, monitoring)],
      });
      group.node.addDependency(role);
    }
    flow.alias?.shiftTraffic([...monitoring.functionAlarms, ...monitoring.flowAlarms]);
  }

  /** What CodeDeploy may do for a function: move its alias and read alarms. */
  private roleFor({ node, functionArn }: CheckreinFunction): Role {
    const role = new Role(this, `${node.id}Role`, { assumedBy: new ServicePrincipal('codedeploy.amazonaws.com') });
    role.addToPolicy(
      new PolicyStatement({
        actions: ['lambda:GetAlias', 'lambda:GetProvisionedConcurrencyConfig', 'lambda:UpdateAlias'],
        resources: [functionArn, `${functionArn}:${LIVE_ALIAS}`],
      }),
    );
    role.addToPolicy(new PolicyStatement({ actions: ['cloudwatch:DescribeAlarms'], resources: ['*'] }));
    acknowledgeWildcard(role, '*', 'CodeDeploy calls DescribeAlarms, which has no resource-level permissions here.');
    return role;
  }
}

const alarmsFor = (step: CheckreinFunction, steps: Steps, monitoring: SelfMonitoring): readonly Alarm[] => {
  const { pageAlarm, sendLinkAlarm, functionAlarms } = monitoring;
  if (step === steps.sendLink) return [sendLinkAlarm];
  return step === steps.page ? [pageAlarm, sendLinkAlarm] : functionAlarms;
};
