import { Tags } from 'aws-cdk-lib';
import { ManagedPolicy, PermissionsBoundary } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Settings } from '../lambdas/contracts/settings.ts';

/** What an organization requires of every stack: tags on all resources but the kill switch, a permissions boundary on every role. */
export const applyOrganizationDefaults = (scope: Construct, { tags, permissionsBoundaryArn }: Settings): void => {
  // CloudFormation writes the value of a parameter with every change of its properties, tags included. The kill switch
  // must stay where its operator put it.
  const excludeResourceTypes = ['AWS::SSM::Parameter'];
  for (const [key, value] of Object.entries(tags)) Tags.of(scope).add(key, value, { excludeResourceTypes });
  if (permissionsBoundaryArn === undefined) return;
  PermissionsBoundary.of(scope).apply(ManagedPolicy.fromManagedPolicyArn(scope, 'Boundary', permissionsBoundaryArn));
};
