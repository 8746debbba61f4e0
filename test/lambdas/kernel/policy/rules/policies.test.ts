import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compileRules } from '../../../../../lambdas/kernel/policy/rules/compile.ts';
import { configWith, problemsWith, settings } from './config-copy.ts';
import { CHANGE_TOOLS } from '../../../../../lambdas/tools/catalogue.ts';
import { INSTALLED } from '../../../../../lambdas/providers/installed.ts';

/** A policy file of one forbid with that condition, from line 1 on. */
const forbidWhen = (condition: string, annotations = '@id("mine") @reason("No.")'): Record<string, string> => ({
  'policies/mine.cedar': `${annotations}\nforbid (\n  principal,\n  action in Checkrein::Action::"change",\n  resource\n)\nwhen { ${condition} };\n`,
});

test('the shipped policies compile, each keyed by its @id', () => {
  const { policies } = compileRules(configWith(), settings, INSTALLED);
  expect(Object.keys(policies)).toContain('cut-bound');
  for (const [id, text] of Object.entries(policies)) expect(text).toContain(`@id("${id}")`);
});

test('the example of unattended.cedar compiles when its comment marks are taken off', () => {
  const text = readFileSync('policies/unattended.cedar', 'utf8');
  const example = text.slice(text.indexOf('// @id')).replaceAll(/^\/\/ ?/gm, '');
  expect(
    Object.keys(compileRules(configWith({ 'policies/mine.cedar': example }), settings, INSTALLED).policies),
  ).toContain('grow-unattended');
});

test('a syntax error is reported with file, line, column and Cedar’s message', () => {
  expect(
    problemsWith({ 'policies/mine.cedar': '// fünf\npermit (principal, action, resource)\nwhen { x = };' }),
  ).toEqual([expect.stringMatching(/^config\/policies\/mine\.cedar:3:12: unexpected token `}`; expected /)]);
});

test('a fact that only some tools compute must be guarded, and the message says how', () => {
  const missingIn = (tool: string): string =>
    `config/policies/mine.cedar:7:8: attribute \`facts.memoryMiBAfter\` in context for Checkrein::Action::"${tool}" not found; ` +
    'this tool does not compute it, so write `context.facts has memoryMiBAfter && …`';
  const without = CHANGE_TOOLS.filter(({ manifest }) => !manifest.facts.includes('memoryMiBAfter'));
  expect(without.map(({ manifest }) => manifest.name)).toContain('reboot_instance');
  expect(problemsWith(forbidWhen('context.facts.memoryMiBAfter < 1024'))).toEqual(
    without.map(({ manifest }) => missingIn(manifest.name)).sort(),
  );
  expect(problemsWith(forbidWhen('context.facts has memoryMiBAfter && context.facts.memoryMiBAfter < 1024'))).toEqual(
    [],
  );
});

test('the report must be guarded, since a proposal has none', () => {
  const found = problemsWith(forbidWhen('context.report.costDeltaCentsPerMonth > 1'));
  expect(found[0]).toContain("testing for the attribute's presence with `context has report && ..`");
  expect(problemsWith(forbidWhen('context has report && context.report.costDeltaCentsPerMonth > 1'))).toEqual([]);
});

test('a misspelt fact behind a guard is found, also where the rest of the policy can still hold', () => {
  const found = problemsWith(
    forbidWhen('resource.environment == "production" || (context.facts has cutPercnt && context.facts.cutPercnt > 1)'),
  );
  expect(found).toEqual([
    expect.stringMatching(
      /^config\/policies\/mine\.cedar:1:1: unknown name "cutPercnt" in context\.facts; did you mean "cutPercent"\?/,
    ),
  ]);
});

test('a misspelt fact in a chained guard is found', () => {
  expect(problemsWith(forbidWhen('context has report.costKnwn || resource.kind == "x"'))[0]).toContain(
    'unknown name "costKnwn" in context.report; did you mean "costKnown"?',
  );
});

test('a policy that can never hold is refused', () => {
  expect(problemsWith(forbidWhen('context.facts.sameAccount && false'))[0]).toContain('policy is impossible');
});

test('an unknown action is refused', () => {
  const text = '@id("a") @reason("b") permit (principal, action == Checkrein::Action::"aprove", resource);';
  expect(problemsWith({ 'policies/mine.cedar': text }).join()).toMatch(/mine\.cedar:1:\d+: .*aprove/);
});

test.each([
  ['@reason("No.")', 'no @id'],
  ['@id("Mine!") @reason("No.")', 'lower-case letters, digits and dashes'],
  ['@id("mine")', 'no @reason'],
  ['@id("mine") @reason(" ")', 'no @reason'],
  ['@id("mine") @reason("Cut of {cutPercnt} %")', 'nothing fills {cutPercnt} in @reason; did you mean "cutPercent"?'],
  ['@id("mine") @reason("No.") @braker("trip")', 'unknown annotation "@braker"; did you mean "breaker"?'],
  ['@id("mine") @reason("No.") @breaker("open")', 'write @breaker("trip")'],
  ['@id("cut-bound") @reason("No.")', '@id("cut-bound") is taken by checkrein/policies/capacity.cedar:'],
])('a policy annotated %s is refused with a reason', (annotations, message) => {
  const found = problemsWith(forbidWhen('context.facts.hourUtc > 20', annotations));
  expect(found).toEqual([expect.stringContaining(message)]);
  expect(found[0]).toMatch(/^config\/policies\/mine\.cedar:1:1: /);
});

test('a breaker on a permit is refused', () => {
  const text =
    '@id("mine") @reason("Yes.") @breaker("trip")\npermit (principal, action == Checkrein::Action::"approve", resource);';
  expect(problemsWith({ 'policies/mine.cedar': text })).toEqual([expect.stringContaining('belongs on a forbid')]);
});

test('a template is refused', () => {
  const text = '\n@id("mine") @reason("No.")\nforbid (principal == ?principal, action, resource);';
  expect(problemsWith({ 'policies/mine.cedar': text })[0]).toBe(
    'config/policies/mine.cedar:2:1: a template with a slot; write it out as a policy',
  );
});

test('a policy in a file with another ending is not silently left out', () => {
  expect(problemsWith({ 'policies/mine.ceder': '' })).toEqual([
    'config/policies/mine.ceder: not read; only files that end in .cedar are',
  ]);
});
