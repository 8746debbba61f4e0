import { describe, expect, test } from 'vitest';
import { admit, toolSpecsOf } from '../../../../lambdas/kernel/model/admission.ts';
import { agentOf } from '../../../../lambdas/kernel/model/agents.ts';
import { TOO_DEEP } from '../../../../lambdas/kernel/redaction/clean-json.ts';
import { CATALOGUE } from '../../../../lambdas/tools/catalogue.ts';
import { RESIZE, rules } from '../../../fixtures/harness.ts';
import { INSTALLED } from '../../../../lambdas/providers/installed.ts';

const responder = agentOf(rules, 'ec2-responder');
const reader = { ...responder, tools: { observe: ['describe_alarm'], change: [] } };
const ask = (name: string, input: Parameters<typeof admit>[1]['input'] = {}, agent = responder) =>
  admit(agent, { id: 'x', name, input }, INSTALLED.catalogue);

describe('a call is admitted', () => {
  test('as what the manifest says it is, never as what the model says', () => {
    expect(ask('describe_alarm', { alarm: 'a' }).kind).toBe('observe');
    expect(ask(RESIZE.tool, RESIZE.input).kind).toBe('change');
    expect(ask('escalate', { reason: 'Help.' })).toEqual({ kind: 'control', name: 'escalate' });
  });
});

describe('a call is refused', () => {
  test.each([
    ['a name that nobody has', 'rm -rf', {}, 'allowlist', /There is no tool "rm -rf"\. Tools: .*describe_alarm/],
    ['a name in other letters', 'Resize_Instance', RESIZE.input, 'allowlist', /There is no tool "Resize_Instance"/],
    ['the name of something that every object has', 'constructor', {}, 'allowlist', /There is no tool "constructor"/],
    ['no name', '', {}, 'allowlist', /There is no tool ""/],
    ['an unknown field', 'describe_alarm', { alarm: 'a', also: 1 }, 'schema', /also/],
    ['a missing field', 'describe_alarm', {}, 'schema', /alarm: /],
    ['no object', 'describe_alarm', 'cpu-high', 'schema', /input: /],
    [
      'an ARN of another account instead of an id',
      RESIZE.tool,
      { ...RESIZE.input, instanceId: 'arn:aws:ec2:eu-west-1:999999999999:instance/i-0123456789abcdef0' },
      'schema',
      /instanceId: /,
    ],
    [
      'an input of which a part was left out for its depth',
      RESIZE.tool,
      { ...RESIZE.input, why: TOO_DEEP },
      'schema',
      /more than 100 levels deep/,
    ],
    ['a conclusion without a summary', 'conclude', { rootCause: 'x' }, 'schema', /summary/],
    ['an unknown field of a control tool', 'escalate', { reason: 'x', approve: true }, 'schema', /approve/],
  ])('for %s', (_what, name, input, check, expected) => {
    expect(ask(name, input)).toMatchObject({ kind: 'refused', check });
    const admission = ask(name, input);
    expect(admission.kind === 'refused' ? admission.reason : '').toMatch(expected);
  });

  test('for a confirmation by an agent that only reads', () => {
    expect(ask('confirm_plan', { plan: 'P1' }, reader)).toMatchObject({ kind: 'refused', check: 'allowlist' });
    expect(ask('confirm_plan', { plan: 'P1' }).kind).toBe('control');
    expect(ask('escalate', { reason: 'Help.' }, reader).kind).toBe('control');
  });

  test('for a very long name, without repeating it', () => {
    const admission = ask('x'.repeat(100_000));
    expect(admission.kind === 'refused' ? admission.reason.length : 0).toBeLessThan(1000);
  });

  test.each(CATALOGUE.manifests.map((manifest) => manifest.name).filter((name) => name !== 'describe_alarm'))(
    'for %s, when it is not granted',
    (name) => {
      expect(ask(name, {}, reader)).toMatchObject({ kind: 'refused', check: 'allowlist' });
    },
  );
});

test('an agent that only reads does not even see change tools', () => {
  expect(toolSpecsOf(reader, INSTALLED.catalogue).map(({ name }) => name)).toEqual([
    'describe_alarm',
    'conclude',
    'escalate',
  ]);
});

test('every tool has a strict schema, so the model cannot slip a field in', () => {
  for (const { name, inputSchema } of toolSpecsOf(responder, INSTALLED.catalogue))
    expect(inputSchema, name).toMatchObject({ type: 'object', additionalProperties: false });
});
