import { Stack, Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { templateText } from './template-text.ts';

/**
 * Records why a role's policy may use a wildcard. cdk-nag identifies such a finding by the resource, with `<…>` around
 * values that only deployment knows.
 */
export const acknowledgeWildcard = (role: Construct, resource: string, reason: string): void => {
  const finding = templateText(Stack.of(role).resolve(resource), (reference) => `<${reference}>`);
  Validations.of(role).acknowledge({ id: `AwsSolutions-IAM5[Resource::${finding}]`, reason });
};
