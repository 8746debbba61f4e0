import { App } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, test } from 'vitest';
import { CheckreinStack } from '../../lib/checkrein-stack.ts';
import { shippedRules } from './shipped.ts';

test('the stack meets the AWS Solutions rules; each exception is written down with its reason', () => {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  new CheckreinStack(app, 'Checkrein', { rules: shippedRules() });
  const { violations } = new AwsSolutionsChecks().validateScope(app);
  expect(
    violations.map(({ ruleName, violatingResources }) => [
      ruleName,
      violatingResources.map(({ constructPath }) => constructPath),
    ]),
  ).toEqual([]);
});
