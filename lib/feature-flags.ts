import { Aspects, Lazy, type IAspect, type IResolvable } from 'aws-cdk-lib';
import { CfnPolicy, PolicyDocument } from 'aws-cdk-lib/aws-iam';
import type { Construct, IConstruct } from 'constructs';

/**
 * Feature flags of the CDK that the template depends on. They are set here, so that it is the same in every app, whatever the app
 * itself sets in its cdk.json.
 */
const FEATURE_FLAGS: Readonly<Record<string, boolean>> = {
  '@aws-cdk/core:checkSecretUsage': true,
  '@aws-cdk/aws-events:eventsTargetQueueSameAccount': true,
  '@aws-cdk/aws-iam:minimizePolicies': true,
  // Logical ids of versions follow from it.
  '@aws-cdk/aws-lambda:recognizeLayerVersion': false,
};

/** Sets the flags for everything below a construct. It must have no children yet. */
export const applyFeatureFlags = (scope: Construct): void => {
  for (const [flag, value] of Object.entries(FEATURE_FLAGS)) scope.node.setContext(flag, value);
  Aspects.of(scope).add(new OwnFlagsForPolicies());
};

/** When CDK writes a policy, it asks the stack for the flags, which is the app's. With this it asks the policy itself. */
class OwnFlagsForPolicies implements IAspect {
  visit(node: IConstruct): void {
    if (node instanceof CfnPolicy && node.policyDocument instanceof PolicyDocument)
      node.policyDocument = resolvedAt(node.policyDocument, node);
  }
}

const resolvedAt = (document: PolicyDocument, scope: IConstruct): IResolvable =>
  Lazy.uncachedAny({
    produce: (context): unknown =>
      document.resolve({
        scope,
        preparing: context.preparing,
        documentPath: context.documentPath,
        registerPostProcessor: (processor) => context.registerPostProcessor(processor),
        resolve: (value, options): unknown => context.resolve(value, options),
      }),
  });
