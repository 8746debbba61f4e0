import { Stack, Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { templateText } from './template-text.ts';

/**
 * Writes down why a role's policy may name more than one resource. cdk-nag knows each such finding by the
 * resource, with `<…>` around what deployment puts in.
 */
export const acceptWildcard = (role: Construct, resource: string, reason: string): void => {
  const finding = templateText(Stack.of(role).resolve(resource), (reference) => `<${reference}>`);
  Validations.of(role).acknowledge({ id: `AwsSolutions-IAM5[Resource::${finding}]`, reason });
};
