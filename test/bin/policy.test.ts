import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { deployment } from '../../config/deployment.ts';
import { compileRules } from '../../lambdas/kernel/policy/rules/compile.ts';
import { rebootPlan, resizePlan } from '../fixtures/plans.ts';
import { configWith } from '../lambdas/kernel/policy/rules/config-copy.ts';
import { appFolder, runCli, REPOSITORY, type Ran } from './cli.ts';
import { INSTALLED } from '../../lambdas/providers/installed.ts';

const folder = appFolder('policy');
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const policy = (...args: string[]): Promise<Ran> => runCli(folder, 'policy', ...args);
/** A deployment.ts with two approvers of the shipped roles. */
const deploymentWith = (more: string): string =>
  `export const deployment = { approvers: [{ email: 'ana@example.com', name: 'Ana', roles: ['sre'] }, { email: 'ben@example.com', name: 'Ben', roles: ['owner'] }], ${more} };\n`;
const badInputText = (ran: Ran): string => {
  expect([ran.code, ran.out]).toEqual([2, '']);
  expect(ran.err).not.toMatch(/^\s+at /m);
  return ran.err;
};

describe('policy check', () => {
  const Checked = z.object({ clean: z.boolean(), findings: z.array(z.object({ kind: z.string(), says: z.string() })) });

  test('finds nothing in the shipped configuration', async () => {
    const ran = await policy('check');
    expect([ran.code, ran.err]).toEqual([0, '']);
    expect(ran.out).toMatch(/^\d+ policies: all compile, each can match, and no permit is open to all\.$/m);
  });

  test('names file and line of a policy that can never match, and exits 1', async () => {
    const text =
      '\n@id("mine")\n@reason("No.")\nforbid (principal, action in Checkrein::Action::"change", resource)\nwhen { context.facts.hourUtc > 23 };';
    const ran = await policy('check', '--config', configWith({ 'policies/mine.cedar': text }));
    expect(ran.code).toBe(1);
    expect(ran.out).toContain('config/policies/mine.cedar:2:1: "mine" can never match');
  });

  test('with --json, what does not compile is a finding like any other', async () => {
    const ran = await policy('check', '--json', '--config', configWith({ 'policies/mine.cedar': 'permit (' }));
    const { clean, findings } = Checked.parse(JSON.parse(ran.out));
    expect([ran.code, clean, findings.length]).toEqual([1, false, 1]);
    expect(findings[0]?.kind).toBe('invalid');
    expect(findings[0]?.says).toContain('config/policies/mine.cedar:1:');
  });

  test('names what is switched off, with its reason, and does not blame a team for a shipped policy without use', async () => {
    const off = "policiesOff: [{ id: 'cost-ceiling', reason: 'Finance has a budget alarm.' }]";
    const config = configWith({ 'deployment.ts': deploymentWith(off).replace("'owner'", "'sre'") });
    const ran = await policy('check', '--config', config);
    expect([ran.code, ran.err]).toEqual([0, '']);
    expect(ran.out).toContain('Switched off in this deployment: cost-ceiling — Finance has a budget alarm.');
    expect(ran.out).toMatch(
      /shipped, without use here: checkrein\/policies\/approvals\.cedar:\d+:1: "owner-approves" can never match: no approver of the settings \(`approvers`\) has the role "owner"/,
    );
  });

  test('a directory without a configuration is refused with a sentence', async () => {
    expect(badInputText(await policy('check', '--config', folder))).toContain(
      'there is no such file, nor a .js or .mjs',
    );
  });
});

describe('policy test', () => {
  const Tested = z.object({
    holds: z.boolean(),
    policiesWithoutCase: z.array(z.string()),
    cases: z.array(
      z.object({
        question: z.string(),
        verdict: z.string(),
        statements: z.array(z.object({ id: z.string(), effect: z.string() })),
        differs: z.array(z.string()),
        skipped: z.string().optional(),
      }),
    ),
  });
  let shipped: z.infer<typeof Tested>;
  beforeAll(async () => {
    shipped = Tested.parse(JSON.parse((await policy('test', '--json')).out));
  });

  test('every shipped case passes', () => {
    expect(shipped.cases.flatMap((one) => one.differs)).toEqual([]);
    expect(shipped.holds).toBe(true);
  });

  test('every shipped policy determines one case, and does not determine another of the same question', () => {
    expect(shipped.policiesWithoutCase).toEqual([]);
    const ids = new Set(shipped.cases.flatMap((one) => one.statements.map(({ id }) => id)));
    const determines = (id: string) => (one: (typeof shipped.cases)[number]) =>
      one.statements.some((each) => each.id === id);
    const alwaysDetermining = [...ids].filter((id) => {
      const questions = shipped.cases.filter(determines(id)).map((one) => one.question);
      return !shipped.cases.some((one) => questions.includes(one.question) && !determines(id)(one));
    });
    // Every plan needs an approval, so this policy determines every case of its question.
    expect(alwaysDetermining).toEqual(['one-approval-suffices']);
  });

  const OWN =
    '@id("mine") @reason("Mine.") forbid (principal, action in Checkrein::Action::"change", resource) when { context.facts has cutPercent && context.facts.cutPercent > 50 };';
  const OWN_CASE =
    'cases:\n  - case: half is too much\n    question: plan\n    tool: resize_instance\n    facts: { cutPercent: 50 }\n    expect: { verdict: refused, speaks: [mine] }\n';
  const withoutCutBound = (text: string) => ({
    'policies/mine.cedar': text,
    'policy-cases/mine.yaml': OWN_CASE,
    'deployment.ts': deploymentWith(`policiesOff: [{ id: 'cut-bound', reason: 'Ours is mine, with 50 %.' }]`),
  });

  test('a policy that was loosened fails its case, which is reported with its line', async () => {
    const ran = await policy('test', '--config', configWith(withoutCutBound(OWN)));
    expect(ran.code).toBe(1);
    expect(ran.out).toMatch(
      /config\/policy-cases\/mine\.yaml:2: verdict: expected refused, was permitted\. Agents with change tools may propose changes\./,
    );
    expect(ran.out).toMatch(/1 of \d+ cases fail\. \d+ skipped: a policy is switched off\./);
  });

  test('a shipped case of a policy that is switched off is skipped with the reason; the others still count', async () => {
    const config = configWith(withoutCutBound(OWN.replace('> 50', '>= 50')));
    const ran = await policy('test', '--config', config);
    expect([ran.code, ran.err]).toEqual([0, '']);
    expect(ran.out).toMatch(
      /checkrein\/policies\/cases\/capacity\.yaml:\d+: cut-bound is switched off in this deployment: Ours is mine, with 50 %\./,
    );
    expect(ran.out).toMatch(/All \d+ cases pass\. \d+ skipped/);
    const { cases, holds } = Tested.parse(JSON.parse((await policy('test', '--json', '--config', config)).out));
    const skipped = cases.filter((one) => one.skipped !== undefined);
    expect(skipped.length).toBeGreaterThan(0);
    for (const one of skipped) expect(one.statements.map(({ id }) => id)).toContain('cut-bound');
    expect([holds, cases.length]).toEqual([true, shipped.cases.length + 1]);
  });

  test('a stricter policy, other agents and other environments of a team fail no shipped case', async () => {
    const strict =
      '@id("mine") @reason("Mine.") forbid (principal, action in Checkrein::Action::"change", resource) when { context.facts.weekday == 6 };';
    const config = configWith({
      'policies/mine.cedar': strict,
      'deployment.ts': deploymentWith("nonProduction: ['lab']"),
    });
    rmSync(join(config, 'agents/triage.yaml'));
    rmSync(join(config, 'agents/triage.event.json'), { force: true });
    const ran = await policy('test', '--config', config);
    expect([ran.code, ran.err]).toEqual([0, '']);
  });

  test('a policy without a case is named', async () => {
    const text =
      '@id("mine") @reason("No.") forbid (principal, action == Checkrein::Action::"resize_instance", resource) when { context.facts.hourUtc == 12 };';
    const ran = await policy('test', '--config', configWith({ 'policies/mine.cedar': text }));
    expect(ran.code).toBe(0);
    expect(ran.out).toContain('No case covers these policies: mine.');
  });

  test('a table with an unknown field is refused with file and line', async () => {
    const text = 'cases:\n  - case: mine\n    question: plan\n    tool: reboot_instance\n    fact: {}\n';
    const words = badInputText(await policy('test', file('mine.yaml', text)));
    expect(words).toMatch(/mine\.yaml:5: cases\[0\]\.fact: unknown field; did you mean "facts"\?/);
  });

  test('defaults of a file apply to its cases, and a case overrides them', async () => {
    const text =
      'defaults:\n  tool: resize_instance\n  facts: { cutPercent: 31 }\ncases:\n' +
      '  - { case: a, question: plan, expect: { verdict: refused, speaks: [cut-bound] } }\n' +
      '  - { case: b, question: plan, facts: { cutPercent: 30 }, expect: { verdict: permitted } }\n';
    const ran = await policy('test', file('mine.yaml', text));
    expect([ran.code, ran.err]).toEqual([0, '']);
    expect(ran.out).toContain('All 2 cases pass.');
  });
});

describe('policy explain', () => {
  const rules = compileRules(join(REPOSITORY, 'config'), deployment, INSTALLED);
  const plan = (name: string, content: object): string => file(name, JSON.stringify(content));

  test('says which statements determine the decision, on which facts, and who may approve the plan', async () => {
    const ran = await policy('explain', '--plan', plan('reboot.json', rebootPlan('incident-1', rules.hash)));
    expect([ran.code, ran.err]).toEqual([0, '']);
    expect(ran.out).toContain('reboot_instance on i-0a1b2c3d4e5f60718 (production), by ec2-responder');
    expect(ran.out).toMatch(
      /How many approvals does it need\? {2}2\n {2}forbid two-for-irreversible-production \(high\)/,
    );
    expect(ran.out).toContain('context.facts.reversible = false');
    expect(ran.out).toContain('resource.environment = production');
    expect(ran.out).toContain(
      'It needs 2 approvals by different people, from sre-oncall@example.com, service-owner@example.com.',
    );
    expect(ran.out).not.toContain('other rules');
  });

  test('with --json, a refused plan names the policy and what it read', async () => {
    const refused = resizePlan('incident-1', 'sha256:old');
    const path = plan('cut.json', { ...refused, facts: { ...refused.facts, cutPercent: 50 } });
    const ran = await policy('explain', '--json', '--plan', path);
    expect(JSON.parse(ran.out)).toMatchObject({
      verdict: 'refused',
      says: 'Refused: this plan would not be applied.',
      answers: [
        {
          verdict: 'refused',
          statements: [{ id: 'cut-bound', severity: 'critical', reads: { 'context.facts.cutPercent': 50 } }],
        },
        {},
        {},
        {},
        {},
        {},
      ],
    });
    expect((await policy('explain', '--plan', path)).out).toContain('It was made under other rules.');
  });

  test('names what is switched off, with its reason', async () => {
    const off = "policiesOff: [{ id: 'cost-ceiling', reason: 'Finance has a budget alarm.' }]";
    const args = ['--plan', plan('reboot.json', rebootPlan('incident-1', rules.hash)), '--config'];
    const ran = await policy('explain', ...args, configWith({ 'deployment.ts': deploymentWith(off) }));
    expect(ran.out).toContain('Switched off in this deployment: cost-ceiling — Finance has a budget alarm.');
  });

  test('a plan that needs more approvals than there are approvers is reported as impossible', async () => {
    const text =
      '@id("mine") @reason("No.") forbid (principal in Checkrein::Role::"owner", action == Checkrein::Action::"approve", resource) when { context.tool == "reboot_instance" };';
    const path = plan('reboot.json', rebootPlan('incident-1', rules.hash));
    const ran = await policy('explain', '--plan', path, '--config', configWith({ 'policies/mine.cedar': text }));
    expect(ran.out).toContain('but only 1 of the approvers may approve it, so it can never be applied.');
  });

  test.each([
    ['no plan', {}, 'this is not a plan: incidentId: missing'],
    [
      'a plan of an agent that is gone',
      { ...resizePlan('i', 'sha256:x'), agent: 'gone' },
      'its agent gone is not in config/agents',
    ],
    ['a plan with a field too many', { ...resizePlan('i', 'sha256:x'), forced: true }, 'forced: unknown field'],
  ])('%s is refused with a sentence', async (_, content, words) => {
    expect(badInputText(await policy('explain', '--plan', plan('plan.json', content)))).toContain(words);
  });
});

test.each(['check', 'test', 'explain'])('policy %s --help has an example', async (name) => {
  const ran = await policy(name, '--help');
  expect([ran.code, ran.out.includes(`Examples:\n  checkrein policy ${name}`)]).toEqual([0, true]);
});
