import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { CATALOGUE } from '../../lambdas/tools/catalogue.ts';
import { synthesize } from '../../lib/synthesize.ts';
import { shippedRules } from './shipped.ts';

const recommended: unknown = createRequire(import.meta.url)('aws-cdk-lib/recommended-feature-flags.json');
const RECOMMENDED = z.record(z.string(), z.unknown()).parse(recommended);
const members = { hub: '123456789012', accounts: ['111122223333'], externalId: '4f0c1b0e9c3d4a7b8e6f' };
const shipped = shippedRules();
const rules = { ...shipped, settings: { ...shipped.settings, members } };

test('logical ids and rights are the same in an app without any feature flag, and in one with all that `cdk init` sets', () => {
  const without = synthesize(rules, CATALOGUE, {}).template;
  const withAll = synthesize(rules, CATALOGUE, RECOMMENDED).template;
  expect(withAll).toEqual(without);
});

test('rights that several tools need stand in a policy once, whatever the app says about that', () => {
  const { template } = synthesize(rules, CATALOGUE, { '@aws-cdk/aws-iam:minimizePolicies': false });
  expect(template).toEqual(synthesize(rules).template);
});
