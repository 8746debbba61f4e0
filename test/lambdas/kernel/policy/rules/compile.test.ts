import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ERROR } from '../../../../../lambdas/contracts/error-names.ts';
import type { ChangeManifest, Manifest } from '../../../../../lambdas/contracts/tool.ts';
import { compileRules } from '../../../../../lambdas/kernel/policy/rules/compile.ts';
import { parseRules } from '../../../../../lambdas/kernel/policy/rules/parse.ts';
import { RulesError } from '../../../../../lambdas/kernel/policy/rules/rules-error.ts';
import { CATALOGUE, CHANGE_TOOLS } from '../../../../../lambdas/tools/catalogue.ts';
import { manifest as resize } from '../../../../../lambdas/tools/resize-instance/manifest.ts';
import { configWith, problemsWith, settings, shippedWith } from './config-copy.ts';
import { INSTALLED } from '../../../../../lambdas/providers/installed.ts';

const responder = readFileSync('config/agents/ec2-responder.yaml', 'utf8');
const triage = readFileSync('config/agents/triage.yaml', 'utf8');

const LOG_GROUPS = 'logGroups: [/app/*]';

/** The problems of the shipped responder after an edit. */
const afterEdit = (from: string, to: string): readonly string[] => {
  expect(responder).toContain(from);
  return problemsWith({ 'agents/ec2-responder.yaml': responder.replace(from, to) });
};
const lineOf = (text: string): number => responder.slice(0, responder.indexOf(text)).split('\n').length;

test('the shipped configuration compiles, agents in the order in which they are matched', () => {
  const { agents, hash } = compileRules(configWith(), settings, INSTALLED);
  expect(agents.map((one) => one.name)).toEqual(expect.arrayContaining(['ec2-responder', 'triage']));
  const inOrder = agents.toSorted((a, b) => a.order - b.order || (a.name < b.name ? -1 : 1));
  expect(agents).toEqual(inOrder);
  expect(hash).toMatch(/^sha256:[0-9a-f]{64}$/);
});

test('a misspelt tool is reported with its line and the name that was meant', () => {
  expect(afterEdit('- resize_instance', '- resize_instence')).toEqual([
    `config/agents/ec2-responder.yaml:${lineOf('- resize_instance')}: tools.change[1]: unknown tool "resize_instence"; ` +
      `did you mean "resize_instance"? known: ${CHANGE_TOOLS.map(({ manifest }) => manifest.name).join(', ')}`,
  ]);
});

test.each([
  [
    '- query_logs',
    '- query_logs\n    - reboot_instance',
    'tools.observe[3]: "reboot_instance" is a tool of kind change; list it under tools.change',
  ],
  [
    '- resize_instance',
    '- query_logs',
    'tools.change[1]: "query_logs" is a tool of kind observe; list it under tools.observe',
  ],
  ['- resize_instance', '- reboot_instance', 'tools.change[1]: "reboot_instance" is listed twice'],
  ['claude-sonnet-4-6', 'claude-nonesuch', 'model: There is no price for the model "claude-nonesuch"'],
  [
    'onUnhealed: rollback',
    'onUnhealed: rolback',
    'verification.onUnhealed: Invalid option: expected one of "rollback"|"keep"; found "rolback"',
  ],
  ['windowMinutes', 'windowMinuts', 'verification.windowMinuts: unknown field; did you mean "windowMinutes"?'],
  ['turns: 16', 'turns: 0', 'budget.turns: Too small: expected number to be >=1; found 0'],
  ['model: claude-sonnet-4-6\n', '', 'model: missing: expected string'],
  [
    'source: [aws.cloudwatch]',
    'source: aws.cloudwatch',
    'takes.source: "aws.cloudwatch" must be a list of alternatives, such as ["aws.cloudwatch"]',
  ],
  [
    'source: [aws.cloudwatch]',
    'source: [{ wildcard: "aws*" }]',
    'takes.source[0]: unknown operator "wildcard"; known: prefix',
  ],
  [
    'tool: get_metrics',
    'tool: get_metric',
    'firstLook[1].tool: "get_metric" is not among this agent\'s observe tools; did you mean "get_metrics"?',
  ],
  ['      minutes: 180', '      minuts: 180', 'firstLook[1].input.minuts: unknown field; did you mean "minutes"?'],
  ['$alarm.name', '$alarm.nam', 'firstLook[0].input: nothing fills $alarm.nam'],
  ['$alarm.name', '$event.name', 'firstLook[0].input: nothing fills $event.name'],
])('an agent with %j turned into %j is refused with a reason', (from, to, message) => {
  const found = afterEdit(from, to);
  expect(found).toEqual([expect.stringContaining(message)]);
  expect(found[0]).toMatch(/^config\/agents\/ec2-responder\.yaml:\d+: /);
});

test('an agent that is granted query_logs lists its log groups, or the message says what is expected where', () => {
  const expected =
    'logGroups: missing: query_logs may read only log groups that are listed here; expected names or patterns, ' +
    'such as ["/aws/lambda/checkout-*"]';
  expect(afterEdit(`${LOG_GROUPS}\n`, '')).toEqual([`config/agents/ec2-responder.yaml:1: ${expected}`]);
  expect(afterEdit(LOG_GROUPS, 'logGroups: []')).toEqual([
    `config/agents/ec2-responder.yaml:${lineOf(LOG_GROUPS)}: ${expected}`,
  ]);
});

test.each([
  ['    - query_logs\n', '', 'logGroups: no tool of this agent reads log groups; remove the field'],
  [
    LOG_GROUPS,
    'logGroups: ["*"]',
    'logGroups[0]: the name of a log group, or a pattern such as /aws/lambda/checkout-*',
  ],
  [LOG_GROUPS, 'logGroups: ["*-checkout"]', '* anywhere but first); found "*-checkout"'],
  [LOG_GROUPS, 'logGroups: ["arn:aws:logs:eu-west-1:111122223333:log-group:/app/*"]', 'logGroups[0]: the name of'],
  [LOG_GROUPS, 'logGroups: ["/app/?"]', 'logGroups[0]: the name of'],
  [LOG_GROUPS, 'logGroups: /app/*', 'logGroups: expected array; found "/app/*"'],
  [LOG_GROUPS, 'logGroups: [/app/*, Checkrein-*]', 'logGroups[1]: "Checkrein-*" names log groups of Checkrein itself'],
  [
    'firstLook:\n',
    'firstLook:\n  - { tool: query_logs, input: { logGroup: /other/billing } }\n',
    'firstLook[0].input.logGroup: ec2-responder may not read the log group /other/billing. Its log groups: /app/*.',
  ],
])('log groups with %j turned into %j are refused with a reason', (from, to, message) => {
  expect(afterEdit(from, to)).toEqual([expect.stringContaining(message)]);
});

test('a file that is not YAML is reported once, with its line', () => {
  expect(afterEdit('source: [aws.cloudwatch]', 'source: [aws.cloudwatch')).toEqual([
    expect.stringMatching(/^config\/agents\/ec2-responder\.yaml:\d+: not YAML: /),
  ]);
});

test('everything that is wrong with an agent file, and with all of them, is reported at once', () => {
  const wrong = responder
    .replace('windowMinutes', 'windowMinuts')
    .replace('turns: 16', 'turns: 0')
    .replace('claude-sonnet-4-6', 'claude-nonesuch')
    .replace('- resize_instance', '- resize_instence')
    .replace('source: [aws.cloudwatch]', 'source: aws.cloudwatch')
    .replace('      minutes: 180', '      minuts: 180')
    .replace(`${LOG_GROUPS}\n`, '');
  const copy = triage.replace(/^description: .*\n/m, '').replace('- query_logs', '- query_log');
  const found = problemsWith({ 'agents/ec2-responder.yaml': wrong, 'agents/zz-copy.yaml': copy });
  const about = found.map((one) => one.replace(/^config\/agents\/([\w-]+)\.yaml:\d+: ([\w.[\]]+): .*$/, '$1 $2'));
  expect(about.toSorted()).toEqual([
    'ec2-responder budget.turns',
    'ec2-responder firstLook[1].input.minuts',
    'ec2-responder logGroups',
    'ec2-responder model',
    'ec2-responder takes.source',
    'ec2-responder tools.change[1]',
    'ec2-responder verification.windowMinuts',
    'zz-copy description',
    'zz-copy name',
    'zz-copy tools.observe[2]',
  ]);
});

test('two agents of one name are refused', () => {
  expect(problemsWith({ 'agents/zz-copy.yaml': triage })).toEqual([
    'config/agents/zz-copy.yaml:1: name: another file already has an agent "triage"',
  ]);
});

test('an empty agent file is refused with a reason', () => {
  expect(problemsWith({ 'agents/zz.yaml': '' })).toEqual(['config/agents/zz.yaml:1: expected object; found null']);
});

test.each([
  [
    { approvers: [] },
    'config/deployment.ts: approvers: at least one approver: without one, every change would expire unasked; found []',
  ],
  [
    { approvers: [{ email: 'ana', name: 'Ana', roles: ['sre'] }] },
    'config/deployment.ts: approvers[0].email: Invalid email address; found "ana"',
  ],
  [
    { ...settings, approval: { remindMinutes: 0 } },
    'config/deployment.ts: approval.remindMinutes: Too small: expected number to be >=1; found 0',
  ],
  [
    { ...settings, nonProduction: ['test', 'production'] },
    'config/deployment.ts: nonProduction[1]: an environment other than production, which policies compare with; found "production"',
  ],
  [
    { ...settings, nonProduction: ['Dev'] },
    'config/deployment.ts: nonProduction[0]: lower-case letters, digits and dashes, e.g. production; found "Dev"',
  ],
])('settings %j are refused with what to write where', (given, message) => {
  expect(problemsWith({}, given)).toEqual([message]);
});

test('a policy about an environment that no target can have is refused, since it would stop nothing', () => {
  const forbid = (condition: string): string =>
    `@id("mine") @reason("No.") forbid (principal, action in Checkrein::Action::"change", resource) when { ${condition} };`;
  const mine = (condition: string): Record<string, string> => ({ 'policies/mine.cedar': forbid(condition) });
  const advice =
    'it is "production" or one that nonProduction lists (dev, development, test, testing, qa, sandbox, staging), and everything else is "production"';
  expect(problemsWith(mine('resource.environment == "prod"'))).toEqual([
    `config/policies/mine.cedar:1:1: no target has the environment "prod": ${advice}`,
  ]);
  expect(problemsWith(mine('["test", "stage"].contains(resource.environment)'))).toEqual([
    `config/policies/mine.cedar:1:1: no target has the environment "stage": ${advice}`,
  ]);
  expect(problemsWith(mine('resource.environment != "staging"'))).toEqual([]);
  expect(problemsWith(mine('resource.environment == "stage"'), { ...settings, nonProduction: ['stage'] })).toEqual([]);
});

test('a change tool that leaves out what it takes away does not compile, neither as code nor at synth', () => {
  const problemsOf = (manifests: readonly Manifest[]): readonly string[] => {
    try {
      compileRules(configWith(), settings, { ...INSTALLED, catalogue: { manifests } });
      return [];
    } catch (error) {
      return error instanceof RulesError ? error.problems : [String(error)];
    }
  };
  const others = CATALOGUE.manifests.filter(({ name }) => name !== 'resize_instance');
  // @ts-expect-error: the type of a manifest asks for the facts of capacity first.
  const silent: ChangeManifest = { ...resize, facts: ['growPercent', 'downtimeSeconds'] };
  expect(problemsOf([...others, silent])).toContain(
    "lambdas/tools/resize-instance/manifest.ts: facts: cutPercent, peakUsePercentAfter missing; a change tool computes cutPercent, growPercent, peakUsePercentAfter, or declares capacity: 'none' if it takes no capacity away",
  );
  // @ts-expect-error: a tool that declares that it takes nothing away computes no such fact.
  const both: ChangeManifest = { ...resize, capacity: 'none' };
  expect(problemsOf([...others, both])).toContain(
    "lambdas/tools/resize-instance/manifest.ts: facts: capacity: 'none' says that nothing is taken away, so cutPercent, growPercent, peakUsePercentAfter must not be computed",
  );
});

test.each([
  ['memoryMiBAfter', 'memoryCutPercent'],
  ['cpuMillicoresAfter', 'cpuCutPercent'],
] as const)('a change tool that computes %s without %s does not synthesize', (after, cut) => {
  const others = CATALOGUE.manifests.filter(({ name }) => name !== 'resize_instance');
  const [first, second, third, ...more] = resize.facts;
  const facts: ChangeManifest['facts'] = [first, second, third, ...more.filter((name) => name !== cut)];
  const silent: ChangeManifest = { ...resize, facts };
  expect(() =>
    compileRules(configWith(), settings, { ...INSTALLED, catalogue: { manifests: [...others, silent] } }),
  ).toThrow(
    `lambdas/tools/resize-instance/manifest.ts: facts: ${cut} missing; a tool that computes ${after} computes ${cut} too, since a floor stops only what shrinks`,
  );
});

test('all problems are reported at once', () => {
  const found = problemsWith({ 'agents/zz.yaml': 'name: [', 'policies/mine.cedar': 'permit (' }, { approvers: [] });
  expect(found.map((one) => one.split(':')[0])).toEqual([
    'config/agents/zz.yaml',
    'config/policies/mine.cedar',
    'config/deployment.ts',
  ]);
});

test('the hash is the same for the same rules and another for any other', () => {
  const hash = compileRules(configWith(), settings, INSTALLED).hash;
  expect(compileRules(configWith(), settings, INSTALLED).hash).toBe(hash);
  expect(compileRules(configWith(), { ...settings, retentionDays: 30 }, INSTALLED).hash).not.toBe(hash);
  const edited = readFileSync('policies/capacity.cedar', 'utf8').replace('> 30', '> 31');
  const shipped = shippedWith({ 'capacity.cedar': edited });
  expect(compileRules(configWith(), settings, INSTALLED, shipped).hash).not.toBe(hash);
});

test('compiled rules are unchanged when a function reads them', () => {
  const rules = compileRules(configWith(), settings, INSTALLED);
  expect(parseRules(JSON.stringify(rules))).toEqual(rules);
});

test.each([
  ['not JSON', '{', 'not JSON'],
  ['of another shape', '{}', 'do not parse'],
])('rules that are %s stop the function', (_, json, message) => {
  expect(() => parseRules(json)).toThrow(message);
  expect(() => parseRules(json)).toThrow(expect.objectContaining({ name: ERROR.misconfigured }));
});

test('rules that were edited after they were compiled stop the function', () => {
  const json = JSON.stringify(compileRules(configWith(), settings, INSTALLED)).replace('> 30', '> 90');
  expect(() => parseRules(json)).toThrow('changed after they were compiled');
});

test('with models on Bedrock, a model that has no id there is reported with the lines to add', () => {
  const model = { provider: 'bedrock', geography: 'eu' } as const;
  const edited = responder.replace('claude-sonnet-4-6', 'claude-nonesuch');
  const problems = problemsWith({ 'agents/ec2-responder.yaml': edited }, { ...settings, model });
  expect(problems).toHaveLength(2);
  expect(problems[1]).toContain('No id on Amazon Bedrock is known for the model "claude-nonesuch"');
  expect(problems[1]).toContain('lambdas/contracts/bedrock.ts');
  expect(problemsWith({}, { ...settings, model })).toEqual([]);
});
