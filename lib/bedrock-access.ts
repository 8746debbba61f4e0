import { Aws } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Agent } from '../lambdas/contracts/agent.ts';
import { bedrockIdOf, type BedrockId } from '../lambdas/contracts/bedrock.ts';
import type { ModelSource } from '../lambdas/contracts/settings.ts';
import { acknowledgeWildcard } from './nag-acknowledgements.ts';
import type { CheckreinFunction } from './checkrein-function.ts';

export interface BedrockAccessProps {
  readonly source: Extract<ModelSource, { provider: 'bedrock' }>;
  readonly agents: readonly Agent[];
}

/** Permission to invoke the Bedrock models that agents name, through the inference profile of the settings only. */
export class BedrockAccess extends Construct {
  private readonly source: BedrockAccessProps['source'];
  private readonly ids: readonly BedrockId[];

  constructor(scope: Construct, id: string, { source, agents }: BedrockAccessProps) {
    super(scope, id);
    this.source = source;
    const models = [...new Set(agents.map(({ model }) => model))];
    const ids = models.flatMap((model) => bedrockIdOf(model, source.geography) ?? []);
    // Two agents may use different names for one model.
    this.ids = [...new Map(ids.map((one) => [one.model, one])).values()];
  }

  /** Lets a function invoke the models. */
  grantUse(step: CheckreinFunction): void {
    const region = this.source.region ?? Aws.REGION;
    for (const { model, profile } of this.ids) {
      const profileArn = bedrockArn(region, Aws.ACCOUNT_ID, `inference-profile/${profile}`);
      const throughProfile = { 'bedrock:InferenceProfileArn': profileArn };
      const invoke = (resource: string, StringEquals?: Record<string, string>): void =>
        step.addToRolePolicy(
          new PolicyStatement({
            actions: ['bedrock:InvokeModel'],
            resources: [resource],
            ...(StringEquals && { conditions: { StringEquals } }),
          }),
        );
      invoke(profileArn);
      if (this.source.geography === 'global') {
        invoke(bedrockArn(region, '', `foundation-model/${model}`), throughProfile);
        // AWS authorizes a global request on the model's ARN without a Region.
        invoke(bedrockArn('', '', `foundation-model/${model}`), {
          ...throughProfile,
          'aws:RequestedRegion': 'unspecified',
        });
      } else {
        const anyRegion = bedrockArn('*', '', `foundation-model/${model}`);
        invoke(anyRegion, throughProfile);
        acknowledgeWildcard(
          step.executionRole,
          anyRegion,
          'An inference profile picks the Region of each request, and AWS adds Regions. The condition limits the permission to that profile.',
        );
      }
    }
  }
}

const bedrockArn = (region: string, account: string, resource: string): string =>
  `arn:${Aws.PARTITION}:bedrock:${region}:${account}:${resource}`;
