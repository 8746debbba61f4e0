import { readFileSync } from 'node:fs';
import { format } from 'prettier';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { differences } from '../../local/comparison.ts';
import { Expectation, parseExpectation } from '../../local/expectation.ts';
import { shippedRules } from '../lib/shipped.ts';
import { playScenario, readScenario } from '../fixtures/shipped-app.ts';

const parse = (text: string): Expectation => parseExpectation(text, 'expect.yaml');

describe('a bad expectation is refused with an error that names the field', () => {
  test.each([
    ['an unknown field', 'about: it heals by itself\noutcome: healed\nplan: []', /^expect.yaml: the file: .*"plan"/],
    ['an unknown outcome', 'about: it heals by itself\noutcome: fine', /^expect.yaml: outcome: .*"healed"/],
    [
      'an unknown field of a plan',
      'about: it heals by itself\noutcome: healed\nplans: [{ tool: reboot_instance, aplied: true }]',
      /plans\[0\].applied: .*plans\[0\]: .*"aplied"/,
    ],
    [
      'a call that is none',
      'about: it heals by itself\noutcome: healed\nmutating: [StopInstances]',
      /mutating\[0\]: service:Command/,
    ],
    ['YAML that is none', 'about: [', /^expect.yaml: this is not YAML/],
  ])('%s', (_, text, says) => {
    expect(() => parse(text)).toThrow(says);
  });

  test('an unknown scenario, with the known ones', async () => {
    await expect(readScenario('undersised')).rejects.toThrow('there is no scenario "undersised"');
  });
});

test('the JSON Schema for editors is the one that expectations are checked with', async () => {
  const schema = z.toJSONSchema(Expectation, { io: 'input' });
  const text = await format(JSON.stringify(schema), { parser: 'json', printWidth: 120 });
  // Changed the format? `npx vitest run test/local/expectation.test.ts -u` rewrites the file.
  await expect(text).toMatchFileSnapshot('../../local/schemas/expect.schema.json');
});

test('the example of docs/adding-a-scenario.md is an expectation', () => {
  const [, example = ''] = /```yaml\n(about[\s\S]*?)```/.exec(readFileSync('docs/adding-a-scenario.md', 'utf8')) ?? [];
  expect(parse(example).outcome).toBe('healed');
});

test('each difference between a run and its expectation is a sentence', async () => {
  const { result } = await playScenario('cut-over-30-percent', { rules: shippedRules() });
  const promised = parse(`
about: the fleet shrinks from ten to seven
outcome: healed
turns: 3
copies: 2
plans: [{ tool: set_auto_scaling_capacity, input: { desired: 7 }, applied: true }]
mutating: [autoscaling:SetDesiredCapacity]
refusals: [{ check: policy, says: 'A cut of 60 %' }, { check: switch }]
says: [seven are enough]
`);
  expect(differences(promised, result)).toEqual([
    expect.stringMatching(/^Outcome: expected healed, but it ended as escalated: Nothing is broken/),
    'Turns: expected 3, but the model took 4.',
    'Copies: expected 2, but 0 joined the incident.',
    'Plan P1: expected set_auto_scaling_capacity(desired: 7), applied; there was none.',
    'Mutating call 1: expected autoscaling:SetDesiredCapacity; found none.',
    expect.stringMatching(/^Refusal 2: expected one by switch; found breaker: The circuit breaker/),
    'The report does not say "seven are enough".',
  ]);
});
