import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { modelAccess } from '../../lib/model-access.ts';
import { shippedRules } from './shipped.ts';

const warningsOf = (model?: string): unknown[] => {
  const shipped = shippedRules();
  const agents = shipped.agents.map((agent) => ({ ...agent, model: model ?? agent.model }));
  const stack = new Stack(new App(), 'Checkrein');
  modelAccess(stack, { ...shipped, agents });
  return Annotations.fromStack(stack)
    .findWarning('*', Match.anyValue())
    .map(({ entry }) => entry.data);
};

test('synth warns of a model that retires, with the day that the SDK gives', () => {
  expect(String(warningsOf('claude-sonnet-4-5')[0])).toContain('Anthropic retires it on 2026-11-30');
});

test('the shipped agents use no model that retires', () => {
  expect(warningsOf()).toEqual([]);
});
