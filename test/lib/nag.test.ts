import { App } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, test } from 'vitest';
import { Settings } from '../../lambdas/contracts/settings.ts';
import { CheckreinStack } from '../../lib/checkrein-stack.ts';
import { EVERY_OPTION } from './options.ts';
import { shippedRules } from './shipped.ts';
import { CATALOGUE } from '../../lambdas/tools/catalogue.ts';
import { IAM_RULES } from '../fixtures/iam-approvers.ts';

/** What the AWS Solutions rules find in the stack with these settings. */
const findings = (more: object, policies: Record<string, string> = {}): unknown[] => {
  const rules = shippedRules();
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  const settings = Settings.parse({ ...rules.settings, ...more });
  new CheckreinStack(app, 'Checkrein', {
    catalogue: CATALOGUE,
    rules: { ...rules, policies: { ...rules.policies, ...policies }, settings },
  });
  const { violations } = new AwsSolutionsChecks().validateScope(app);
  return violations.map(({ ruleName, violatingResources }) => [
    ruleName,
    violatingResources.map(({ constructPath }) => constructPath),
  ]);
};

test('the stack meets the AWS Solutions rules; each exception is written down with its reason', () => {
  expect(findings({})).toEqual([]);
});

test('the stack with a key for grants of policies meets the AWS Solutions rules', () => {
  const grow = `permit (principal, action == Checkrein::Action::"applyUnattended", resource);`;
  expect(findings({}, { grow })).toEqual([]);
});

const guardrail = { id: 'gr1abc', version: '3', profile: 'eu.guardrail.v1:0' };
test.each<[string, object]>([
  ['every option', EVERY_OPTION],
  ['models in a geography and a guardrail', { model: { provider: 'bedrock', geography: 'eu' }, guardrail }],
  [
    'models everywhere and a guardrail',
    { model: { provider: 'bedrock', geography: 'global', region: 'eu-central-1' }, guardrail },
  ],
  ['approvers whom IAM knows', { approvers: IAM_RULES.settings.approvers }],
])('the stack with %s meets the AWS Solutions rules', (_, options) => {
  expect(findings(options)).toEqual([]);
});
