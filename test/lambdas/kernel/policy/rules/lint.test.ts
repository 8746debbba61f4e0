import { expect, test } from 'vitest';
import { compileRules } from '../../../../../lambdas/kernel/policy/rules/compile.ts';
import { lintPolicies } from '../../../../../lambdas/kernel/policy/rules/lint.ts';
import { CATALOGUE } from '../../../../../lambdas/tools/catalogue.ts';
import { configWith, problemsWith, settings } from './config-copy.ts';
import { INSTALLED } from '../../../../../lambdas/providers/installed.ts';

const manifests = CATALOGUE.manifests;
const rules = compileRules(
  'config',
  {
    approvers: [
      { email: 'ana@example.com', name: 'Ana', roles: ['sre'] },
      { email: 'ben@example.com', name: 'Ben', roles: ['owner'] },
    ],
  },
  INSTALLED,
);

/** The findings on a policy that is added to the shipped ones. */
const saidOf = (text: string) =>
  lintPolicies({ ...rules, policies: { ...rules.policies, mine: `@id("mine") @reason("Mine.") ${text}` } }, manifests);
const forbidWhen = (condition: string, action = 'in Checkrein::Action::"change"'): string =>
  `forbid (principal, action ${action}, resource) when { ${condition} };`;
const unattendedWhen = (condition: string): string =>
  `permit (principal, action == Checkrein::Action::"applyUnattended", resource) when { ${condition} };`;

test('nothing is found in the shipped policies', () => {
  expect(lintPolicies(rules, manifests)).toEqual([]);
});

test.each([
  ['contradicts itself', forbidWhen('context.facts.evidenceCount < 2 && context.facts.evidenceCount > 2')],
  ['leaves no number between its bounds', forbidWhen('context.facts.hourUtc > 8 && context.facts.hourUtc < 9')],
  ['asks for an hour that no day has', forbidWhen('context.facts.hourUtc >= 24')],
  ['asks for a negative count', forbidWhen('context.facts.changesThisIncident < 0')],
  ['wants two environments', forbidWhen('resource.environment == "test" && resource.environment == "staging"')],
  [
    'wants an environment that it excludes',
    forbidWhen('["a", "b"].contains(resource.environment) && !(["b", "a"].contains(resource.environment))'),
  ],
  ['wants a tag and not', forbidWhen('resource.hasTag("team") && !resource.hasTag("team")')],
  ['asks a proposal for its report', forbidWhen('context.phase == "proposal" && context has report')],
  ['misspells the phase', forbidWhen('context.phase == "planned"')],
  ['misspells the kind', forbidWhen('resource.kind == "ec2-instence"')],
  [
    'asks a tool for a fact that it does not compute',
    forbidWhen(
      'context.tool == "reboot_instance" && context.facts has memoryMiBAfter',
      '== Checkrein::Action::"release"',
    ),
  ],
  ['wants more approvals than can be given', forbidWhen('context.approvals > 5', '== Checkrein::Action::"release"')],
  [
    'is undone by its own unless',
    'forbid (principal, action in Checkrein::Action::"change", resource) when { context.facts.reversible } unless { context.facts.reversible };',
  ],
])('a policy that %s never matches', (_, text) => {
  const found = saidOf(text);
  expect(found).toMatchObject([{ policy: 'mine', kind: 'never-matches', fatal: false }]);
  expect(found[0]?.message).toMatch(/^can never match: .+\.$/);
});

test.each([
  [
    'permit (principal == Checkrein::Agent::"ec2-respnder", action in Checkrein::Action::"change", resource);',
    'is called "ec2-respnder"; did you mean "ec2-responder"?',
  ],
  [
    'permit (principal in Checkrein::Role::"srs", action == Checkrein::Action::"approve", resource);',
    'has the role "srs"; did you mean "sre"?',
  ],
  [
    'permit (principal == Checkrein::Approver::"eve@example.com", action == Checkrein::Action::"approve", resource);',
    'have no approver "eve@example.com"',
  ],
  [
    unattendedWhen('context.tool == "resize_instence" && context.facts.reversible'),
    'no change tool is called "resize_instence"; did you mean "resize_instance"?',
  ],
])('an unknown name is reported: %s', (text, message) => {
  expect(
    saidOf(text)
      .map((finding) => finding.message)
      .join(),
  ).toContain(message);
});

test.each([
  forbidWhen('context.facts.hourUtc > 8 && context.facts.hourUtc < 10'),
  forbidWhen('context.facts.weekday != 7 || context.facts.hourUtc > 22'),
  forbidWhen(
    'context.facts.hourUtc * 2 > 100 && resource.getTag("a") like "*"'.replace(
      '&& resource',
      '&& resource.hasTag("a") && resource',
    ),
  ),
  forbidWhen('if context.facts.reversible then context.facts.hourUtc == 1 else false'),
  forbidWhen(
    'principal == Checkrein::Agent::"ec2-responder" && action in [Checkrein::Action::"resize_instance"] && 5 > context.facts.hourUtc',
  ),
  forbidWhen('resource == Checkrein::Target::"arn:aws:ec2:eu-west-1:111122223333:instance/i-1"'),
])('a policy that can match has no finding: %s', (text) => {
  expect(saidOf(text)).toEqual([]);
});

test('a permit that a forbid always overrides is found, with the forbid', () => {
  const [finding] = saidOf(unattendedWhen('resource.environment == "production" && context.facts.reversible'));
  expect(finding).toMatchObject({
    kind: 'without-effect',
    fatal: false,
    message: 'never takes effect: "production-needs-a-person" forbids all that it permits.',
  });
  expect(saidOf(unattendedWhen('resource.environment != "production" && context.facts.reversible'))).toEqual([]);
});

test.each([
  ['nothing at all', 'permit (principal, action == Checkrein::Action::"applyUnattended", resource);'],
  [
    'only the agent',
    'permit (principal == Checkrein::Agent::"ec2-responder", action == Checkrein::Action::"applyUnattended", resource);',
  ],
  ['only the tool', unattendedWhen('context.tool == "resize_instance"')],
  ['what is always so', unattendedWhen('context.facts.hourUtc <= 23 || context.facts.reversible')],
  ['one thing and its opposite', unattendedWhen('resource.environment == "test" || resource.environment != "test"')],
])('a permit to apply without a human that asks for %s is open, and stops a deployment', (_, text) => {
  const found = saidOf(text);
  expect(found).toMatchObject([{ kind: 'open', fatal: true }]);
  expect(found[0]?.message).toContain('be applied without a human');
});

test('a permit for every action is open; it stops a synth with its position', () => {
  expect(
    problemsWith({ 'policies/mine.cedar': '\n@id("mine") @reason("Yes.")\npermit (principal, action, resource);' }),
  ).toEqual([
    'config/policies/mine.cedar:2:1: "mine" permits every action, applying without a human included; name one action.',
  ]);
});

test('a permit that lets every approver approve is found, but is the team’s to decide', () => {
  const text = 'permit (principal, action == Checkrein::Action::"approve", resource);';
  const found = saidOf(text);
  expect(found).toMatchObject([{ kind: 'open', fatal: false }]);
  expect(found[0]?.message).toContain('whatever their role');
  const directory = configWith({ 'policies/mine.cedar': `@id("mine") @reason("Yes.") ${text}` });
  expect(Object.keys(compileRules(directory, settings, INSTALLED).policies)).toContain('mine');
});

test('a condition with too many cases counts as one that may hold', () => {
  const many = Array.from({ length: 12 }, (_, n) => `(context.facts.hourUtc == ${n} || resource.hasTag("t${n}"))`);
  expect(saidOf(forbidWhen(many.join(' && ')))).toEqual([]);
});
