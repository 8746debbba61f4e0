import { Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { CheckreinFunction } from './checkrein-function.ts';

/** The API key of the model provider. CloudFormation generates a placeholder; the operator stores the real key. */
export class ModelKey extends Construct {
  private readonly secret: Secret;
  private readonly baseUrl: string;

  constructor(scope: Construct, id: string, props: { baseUrl: string }) {
    super(scope, id);
    this.baseUrl = props.baseUrl;
    this.secret = new Secret(this, 'Secret', {
      description: 'API key of the model that Checkrein uses. Replace the generated value after the first deployment.',
    });
    Validations.of(this.secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'The model provider issues the key and offers no rotation API. The operator replaces the value by hand.',
    });
  }

  get secretArn(): string {
    return this.secret.secretArn;
  }

  /** Lets a function invoke the model. */
  grantUse(step: CheckreinFunction): void {
    step.setEnv('modelSecret', this.secretArn);
    step.setEnv('modelBaseUrl', this.baseUrl);
    step.addToRolePolicy(
      new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [this.secretArn] }),
    );
  }
}
