import { Aws } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Settings } from '../lambdas/contracts/settings.ts';
import { acceptWildcard } from './nag-acknowledgements.ts';
import type { StepFunction } from './step-function.ts';

/** Lets a function show texts to the guardrail of the settings, and to no other. Without one there is nothing to let. */
export const grantGuardrail = (step: StepFunction, guardrail: Settings['guardrail']): void => {
  if (guardrail === undefined) return;
  const { id, profile } = guardrail;
  const resources = [`arn:${Aws.PARTITION}:bedrock:${Aws.REGION}:${Aws.ACCOUNT_ID}:guardrail/${id}`];
  if (profile !== undefined) {
    const anywhere = `arn:${Aws.PARTITION}:bedrock:*:${Aws.ACCOUNT_ID}:guardrail-profile/${profile}`;
    resources.push(anywhere);
    acceptWildcard(
      step.executionRole,
      anywhere,
      'A guardrail profile picks the Region of each request, and AWS asks for the right in every one of them.',
    );
  }
  step.addToRolePolicy(new PolicyStatement({ actions: ['bedrock:ApplyGuardrail'], resources }));
};
