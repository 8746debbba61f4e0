import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { Settings } from '../lambdas/contracts/settings.ts';
import type { CheckreinFunction } from './checkrein-function.ts';

/** The SSM parameter that stops everything: `on`, `propose-only` or `off`. No function of Checkrein may write it. */
export class KillSwitch extends Construct {
  private readonly parameter: StringParameter;

  constructor(scope: Construct, id: string, props: { initial: Settings['initialSwitch'] }) {
    super(scope, id);
    this.parameter = new StringParameter(this, 'Parameter', {
      // A name that an operator can type at 2 a.m.
      parameterName: `/${Stack.of(this).stackName}/kill-switch`,
      description: 'Checkrein kill switch: on | propose-only | off. Every step that can act reads it first.',
      stringValue: props.initial,
      allowedPattern: '^(on|propose-only|off)$',
    });
  }

  get parameterName(): string {
    return this.parameter.parameterName;
  }

  /** Lets a function read the switch. */
  grantRead(step: CheckreinFunction): void {
    step.setEnv('switchParameter', this.parameterName);
    step.addToRolePolicy(
      new PolicyStatement({ actions: ['ssm:GetParameter'], resources: [this.parameter.parameterArn] }),
    );
  }
}
