import { Aws } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Settings } from '../lambdas/contracts/settings.ts';
import { acknowledgeWildcard } from './nag-acknowledgements.ts';
import type { CheckreinFunction } from './checkrein-function.ts';

/** Lets a function apply the guardrail of the settings, and no other. Does nothing if the settings have none. */
export const grantGuardrail = (step: CheckreinFunction, guardrail: Settings['guardrail']): void => {
  if (guardrail === undefined) return;
  const { id, profile } = guardrail;
  const resources = [`arn:${Aws.PARTITION}:bedrock:${Aws.REGION}:${Aws.ACCOUNT_ID}:guardrail/${id}`];
  if (profile !== undefined) {
    const anyRegion = `arn:${Aws.PARTITION}:bedrock:*:${Aws.ACCOUNT_ID}:guardrail-profile/${profile}`;
    resources.push(anyRegion);
    acknowledgeWildcard(
      step.executionRole,
      anyRegion,
      'A guardrail profile picks the Region of each request, and AWS requires the permission in every Region of the profile.',
    );
  }
  step.addToRolePolicy(new PolicyStatement({ actions: ['bedrock:ApplyGuardrail'], resources }));
};
