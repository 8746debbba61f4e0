import { Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { StepFunction } from './step-function.ts';

/** The key to the model's API. Created empty of meaning; the operator puts the real one in. */
export class ModelKey extends Construct {
  private readonly secret: Secret;
  private readonly baseUrl: string;

  constructor(scope: Construct, id: string, props: { baseUrl: string }) {
    super(scope, id);
    this.baseUrl = props.baseUrl;
    this.secret = new Secret(this, 'Secret', {
      description: 'API key of the model that Checkrein asks. Replace the generated value after the first deployment.',
    });
    Validations.of(this.secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'The key is issued by the model provider, who offers no rotation API; the operator replaces the value.',
    });
  }

  get secretArn(): string {
    return this.secret.secretArn;
  }

  /** Lets a function ask the model. */
  grantUse(step: StepFunction): void {
    step.knows('modelSecret', this.secretArn);
    step.knows('modelBaseUrl', this.baseUrl);
    step.addToRolePolicy(
      new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [this.secretArn] }),
    );
  }
}
