import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { policyEngine } from '../../../../../lambdas/kernel/policy/engine.ts';
import { compileRules } from '../../../../../lambdas/kernel/policy/rules/compile.ts';
import { INSTALLED } from '../../../../../lambdas/providers/installed.ts';
import { resizeQuestion } from '../questions.ts';
import { configWith, problemsWith, settings } from './config-copy.ts';

const off = (id: string, reason = 'Our own policy allows 50 % at once.') => ({
  ...settings,
  policiesOff: [{ id, reason }],
});
/** A configuration without a folder of policies. */
const withoutOwn = (): string => {
  const config = configWith();
  rmSync(join(config, 'policies'), { recursive: true });
  return config;
};
const OWN =
  '@id("mine") @reason("Mine.")\nforbid (principal, action in Checkrein::Action::"change", resource) when { context.facts.hourUtc == 12 };';

test('the policies of a team stand beside the shipped ones, which apply without a folder of its own too', () => {
  const own = compileRules(configWith({ 'policies/mine.cedar': OWN }), settings, INSTALLED);
  expect(Object.keys(own.policies)).toEqual(expect.arrayContaining(['cut-bound', 'mine']));
  expect(Object.keys(compileRules(withoutOwn(), settings, INSTALLED).policies)).toContain('cut-bound');
});

test('a policy that is switched off is not evaluated, and stands in the rules with its reason, which their hash covers', () => {
  const [on, without] = [settings, off('cut-bound')].map((given) => compileRules(configWith(), given, INSTALLED));
  const deep = resizeQuestion({ cutPercent: 40, peakUsePercentAfter: 10 });
  const verdictOf = (rules = on) =>
    rules && policyEngine(rules, INSTALLED.providers).mayPropose({ ...deep, phase: 'plan' }).verdict;
  expect([verdictOf(), verdictOf(without)]).toEqual(['refused', 'permitted']);
  expect(Object.keys(without?.policies ?? {})).not.toContain('cut-bound');
  expect(without?.settings.policiesOff).toEqual([{ id: 'cut-bound', reason: 'Our own policy allows 50 % at once.' }]);
  const other = compileRules(configWith(), off('cut-bound', 'Another reason of ours.'), INSTALLED);
  expect(new Set([on?.hash, without?.hash, other.hash]).size).toBe(3);
});

/** Each policy without which people would approve other changes than they believe. */
const REQUIRED = [
  'sre-approves',
  'owner-approves',
  'one-approval-suffices',
  'two-for-irreversible-production',
  'not-by-the-trigger-owner',
  'production-needs-a-person',
  'protected-tag',
  'same-account',
];

test.each(REQUIRED)('%s cannot be switched off, and the message says why', (id) => {
  expect(problemsWith({}, off(id))).toEqual([
    expect.stringMatching(
      new RegExp(
        `^config/deployment\\.ts: policiesOff\\[0\\]\\.id: "${id}" cannot be switched off: [A-Z].*\\. \\(@required in checkrein/policies/\\w+\\.cedar:\\d+:1\\)$`,
      ),
    ),
  ]);
});

test('every other shipped policy can be switched off', () => {
  const config = withoutOwn();
  const { policies } = compileRules(config, settings, INSTALLED);
  const others = Object.keys(policies).filter((id) => !REQUIRED.includes(id));
  expect(others.length).toBeGreaterThan(10);
  const given = { ...settings, policiesOff: others.map((id) => ({ id, reason: 'Ours are stricter.' })) };
  expect(Object.keys(compileRules(config, given, INSTALLED).policies).toSorted()).toEqual(REQUIRED.toSorted());
});

test.each([
  [
    'a misspelt id',
    off('cut-bond'),
    'policiesOff[0].id: there is no shipped policy "cut-bond"; did you mean "cut-bound"?',
  ],
  ['an id of every object', off('constructor'), 'policiesOff[0].id: there is no shipped policy "constructor"'],
  ['no reason', off('cut-bound', '  because  '), 'policiesOff[0].reason: a reason of at least 10 characters: whoever'],
  [
    'one policy twice',
    { ...settings, policiesOff: [...off('cut-bound').policiesOff, ...off('cut-bound').policiesOff] },
    'policiesOff: every policy once',
  ],
])('%s is refused with what is expected where', (_, given, message) => {
  expect(problemsWith({}, given)).toEqual([expect.stringContaining(`config/deployment.ts: ${message}`)]);
});

test('a policy of the team is not switched off but deleted, and the message says where it is', () => {
  expect(problemsWith({ 'policies/mine.cedar': OWN }, off('mine'))).toEqual([
    'config/deployment.ts: policiesOff[0].id: "mine" is a policy of your own; delete it in config/policies/mine.cedar:1:1',
  ]);
});

test('a policy of the team cannot call itself required, as it applies until it is deleted', () => {
  expect(problemsWith({ 'policies/mine.cedar': `@required("Always.") ${OWN}` })).toEqual([
    'config/policies/mine.cedar:1:1: @required belongs on shipped policies; one of your own applies until you delete it',
  ]);
});

test('a copy of a shipped file in config/policies, as a fork has it, is refused: each message names both files and the way out', () => {
  const copied = readFileSync('policies/gitops.cedar', 'utf8');
  expect(problemsWith({ 'policies/gitops.cedar': copied })).toEqual([
    expect.stringMatching(
      /^config\/policies\/gitops\.cedar:\d+:1: @id\("gitops-owns-it"\) is taken by checkrein\/policies\/gitops\.cedar:\d+:1; delete this copy .* policiesOff of the settings$/,
    ),
  ]);
});

test('a package without its policies compiles to nothing', () => {
  const empty = mkdtempSync(join(tmpdir(), 'checkrein-'));
  onTestFinished(() => rmSync(empty, { recursive: true }));
  expect(() => compileRules(configWith(), settings, INSTALLED, empty)).toThrow(
    `checkrein/policies: no .cedar file in ${empty}; install Checkrein again`,
  );
});
