import { type Stack, Tags } from 'aws-cdk-lib';
import { ManagedPolicy, PermissionsBoundary } from 'aws-cdk-lib/aws-iam';
import type { Settings } from '../lambdas/contracts/settings.ts';

/** What an organization requires of every stack: tags on all resources, a permissions boundary on every role. */
export const applyOrganizationDefaults = (stack: Stack, { tags, permissionsBoundaryArn }: Settings): void => {
  for (const [key, value] of Object.entries(tags)) Tags.of(stack).add(key, value);
  if (permissionsBoundaryArn === undefined) return;
  PermissionsBoundary.of(stack).apply(ManagedPolicy.fromManagedPolicyArn(stack, 'Boundary', permissionsBoundaryArn));
};
