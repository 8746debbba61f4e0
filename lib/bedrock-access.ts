import { Aws } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Agent } from '../lambdas/contracts/agent.ts';
import { bedrockIdOf, type BedrockId } from '../lambdas/contracts/bedrock.ts';
import type { ModelSource } from '../lambdas/contracts/settings.ts';
import { acceptWildcard } from './nag-acknowledgements.ts';
import type { StepFunction } from './step-function.ts';

export interface BedrockAccessProps {
  readonly source: Extract<ModelSource, { provider: 'bedrock' }>;
  readonly agents: readonly Agent[];
}

/** The right to ask models on Bedrock: those that some agent names, through the inference profile of the settings only. */
export class BedrockAccess extends Construct {
  private readonly source: BedrockAccessProps['source'];
  private readonly ids: readonly BedrockId[];

  constructor(scope: Construct, id: string, { source, agents }: BedrockAccessProps) {
    super(scope, id);
    this.source = source;
    const models = [...new Set(agents.map(({ model }) => model))];
    const ids = models.flatMap((model) => bedrockIdOf(model, source.geography) ?? []);
    // Two names of agents may mean one model.
    this.ids = [...new Map(ids.map((one) => [one.model, one])).values()];
  }

  /** Lets a function ask the models. */
  grantUse(step: StepFunction): void {
    const region = this.source.region ?? Aws.REGION;
    for (const { model, profile } of this.ids) {
      const profileArn = bedrockArn(region, Aws.ACCOUNT_ID, `inference-profile/${profile}`);
      const through = { 'bedrock:InferenceProfileArn': profileArn };
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
        invoke(bedrockArn(region, '', `foundation-model/${model}`), through);
        // A request that may go anywhere asks for the model without a Region.
        invoke(bedrockArn('', '', `foundation-model/${model}`), { ...through, 'aws:RequestedRegion': 'unspecified' });
      } else {
        const anywhere = bedrockArn('*', '', `foundation-model/${model}`);
        invoke(anywhere, through);
        acceptWildcard(
          step.executionRole,
          anywhere,
          'An inference profile picks the Region of each request, and AWS adds Regions; the condition holds it to the profile.',
        );
      }
    }
  }
}

const bedrockArn = (region: string, account: string, resource: string): string =>
  `arn:${Aws.PARTITION}:bedrock:${region}:${account}:${resource}`;
