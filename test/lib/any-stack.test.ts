import assert from 'node:assert/strict';
import { App, NestedStack, Stack, type StackProps } from 'aws-cdk-lib';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import * as z from 'zod';
import { describe, expect, test } from 'vitest';
import { deployment } from '../../config/deployment.ts';
import { logGroupRefusal } from '../../lambdas/kernel/model/log-groups.ts';
import { CATALOGUE } from '../../lambdas/tools/catalogue.ts';
import { Checkrein } from '../../lib/checkrein.ts';
import { Harness } from '../../lib/harness.ts';
import { NO_SOURCES } from '../../lib/own-tools/sources.ts';
import { synthesize, type Template } from '../../lib/synthesize.ts';
import { denialsIn, rightsIn, type Right } from './permissions.ts';
import { shippedRules } from './shipped.ts';

const rules = shippedRules();
const props = { rules, catalogue: CATALOGUE, sources: NO_SOURCES };
const members = { hub: '111111111111', accounts: ['222222222222'], externalId: '0f9b4c1e-7a55-4d1e-9a0c' };
const asHub = { ...props, rules: { ...rules, settings: { ...rules.settings, members } } };

const anApp = (): App =>
  new App({ context: { 'aws:cdk:bundling-stacks': [] }, builtinCloudFormationValidation: false });
const stackIn = (app: App, name: string, env?: StackProps['env']): Stack => new Stack(app, name, env ? { env } : {});
const Resources = z.record(z.string(), z.looseObject({ Type: z.string(), Properties: z.record(z.string(), z.json()) }));
const Outputs = z.record(z.string(), z.looseObject({ Description: z.string().optional() }));
const Whole = z.looseObject({ Resources: z.record(z.string(), z.looseObject({})), Outputs });
const templateOf = (stack: Stack): z.infer<typeof Whole> => {
  const app = stack.node.root;
  assert(app instanceof App);
  return Whole.parse(app.synth().getStackByName(stack.stackName).template);
};
const resourcesOf = (stack: Stack): Template['Resources'] =>
  Resources.parse(
    Object.fromEntries(
      Object.entries(templateOf(stack).Resources).map(([id, one]) => [id, { Properties: {}, ...one }]),
    ),
  );

const Join = z.object({ 'Fn::Join': z.tuple([z.literal(''), z.array(z.json())]) });
const Ref = z.object({ Ref: z.string() });

/** A name of a template. What only deployment knows is in angle brackets. */
const nameText = (value: unknown, stackName: string): string => {
  if (typeof value === 'string') return value;
  const ref = Ref.safeParse(value);
  if (ref.success) return ref.data.Ref === 'AWS::StackName' ? stackName : `<${ref.data.Ref}>`;
  const join = Join.safeParse(value);
  return join.success ? join.data['Fn::Join'][1].map((part) => nameText(part, stackName)).join('') : '<uuid>';
};

const teams = stackIn(anApp(), 'Payments');
new LogGroup(teams, 'Orders', { logGroupName: '/app/orders' });
new LogGroup(teams, 'CheckreinLike');
new Checkrein(teams, 'Checkrein', { settings: deployment, config: 'config' });
const template = { Resources: resourcesOf(teams) };

/** Rights without what differs by the place of the construct: hashes in logical ids, path and stack before them. */
const placeless = (rights: readonly Right[]): string[] =>
  rights
    .map((right) =>
      JSON.stringify(right)
        .replaceAll(
          /\bCheckrein(?=(Steps|ApprovalDesk|IncidentFlow|Ledger|KillSwitch|ModelKey|AlarmIntake|Moments|Rollout|S))/g,
          '',
        )
        .replaceAll('/Payments/', '/Checkrein/')
        .replaceAll(/[0-9A-F]{8}(?=\\"|")/g, ''),
    )
    .toSorted();

describe('in a stack of a team', () => {
  test('every role has the rights and denials that it has in our own, though the app sets no feature flag', () => {
    const ours = synthesize(rules).template;
    const byName = (rights: Right[]) =>
      rights.map((one) => ({ ...one, role: one.role.replace(/^Checkrein(Steps)?/, '') }));
    expect(placeless(byName(rightsIn(template)))).toEqual(placeless(rightsIn(ours)));
    expect(placeless(byName(denialsIn(template)))).toEqual(placeless(denialsIn(ours)));
  });

  test('each output says in its description whose it is, and which', () => {
    const descriptions = Object.entries(templateOf(teams).Outputs).map(([key, { Description }]) => [
      key.replace(/^Checkrein/, '').replace(/[0-9A-F]{8}$/, ''),
      Description,
    ]);
    expect(descriptions).toContainEqual(['LedgerTable', 'Checkrein Checkrein: LedgerTable']);
    for (const [name, description] of descriptions) expect(description).toBe(`Checkrein Checkrein: ${name}`);
  });

  const groups = Object.entries(template.Resources).filter(([, { Type }]) => Type === 'AWS::Logs::LogGroup');
  const isOurs = ([id]: readonly [string, unknown]): boolean => /^Checkrein(Steps|IncidentFlow)/.test(id);

  test('the log groups of Checkrein, and no other of the stack, have names that the kernel knows as its own', () => {
    const names = groups.filter(isOurs).map(([, { Properties }]) => nameText(Properties['LogGroupName'], 'Payments'));
    expect(names).toHaveLength(15);
    expect(new Set(names).size).toBe(15);
    expect(names.filter((name) => name.startsWith('/aws/vendedlogs/states/Checkrein-Payments-'))).toHaveLength(1);
    for (const agent of rules.agents)
      for (const name of names)
        expect(logGroupRefusal({ ...agent, logGroups: ['*'] }, name)).toMatch(/a log group of Checkrein itself/);
    const others = groups.filter((one) => !isOurs(one)).map(([, { Properties }]) => Properties['LogGroupName']);
    expect(others).toEqual(['/app/orders', undefined]);
  });

  test('IAM denies those who read for agents exactly the log groups of Checkrein, not those of the team', () => {
    const denied = denialsIn(template).filter(({ action }) => action === 'logs:StartQuery');
    expect(denied).toHaveLength(4);
    for (const { resource } of denied)
      for (const [id] of groups) expect([id, resource.includes(`"${id}"`)]).toEqual([id, isOurs([id, undefined])]);
  });
});

/** The names that are fixed before deployment, by type. CloudFormation makes the others, each with the stack's name and at random. */
const fixedNames = (stack: Stack): string[] =>
  Object.values(resourcesOf(stack)).flatMap(({ Type, Properties }) =>
    [
      'RoleName',
      'AlarmName',
      'Name',
      'LogGroupName',
      'TableName',
      'TopicName',
      'QueueName',
      'FunctionName',
      'StatementId',
      'StateMachineName',
      'AliasName',
    ]
      .filter(
        (key) => key in Properties && Type !== 'AWS::Lambda::Alias' && Type !== 'AWS::StepFunctions::StateMachineAlias',
      )
      .map((key) => `${Type} ${nameText(Properties[key], stack.stackName)}`),
  );

describe('two Checkreins', () => {
  test('in two stacks of an account and Region have no name in common', () => {
    const app = anApp();
    const [one, other] = [stackIn(app, 'Payments'), stackIn(app, 'Search')];
    for (const stack of [one, other]) new Harness(stack, 'Checkrein', props);
    const [names, others] = [fixedNames(one), fixedNames(other)];
    expect(names).toContain('AWS::SSM::Parameter /Payments/kill-switch');
    expect(names).toContain('AWS::CloudWatch::Alarm checkrein-self-Payments-doctor');
    expect(names.length).toBeGreaterThan(20);
    // A reference to another resource of the stack is no name.
    expect(names.filter((name) => !/ <\w+>(:live)?$/.test(name) && others.includes(name))).toEqual([]);
  });

  test('in one stack are refused, naming both', () => {
    const stack = stackIn(anApp(), 'Payments');
    new Harness(stack, 'Checkrein', props);
    expect(() => new Harness(stack, 'Second', props)).toThrow(
      'the construct Payments/Second: the stack Payments has a Checkrein already: Payments/Checkrein',
    );
  });

  test('that are hubs in one account and Region are refused, because members trust roles by name', () => {
    const app = anApp();
    new Harness(stackIn(app, 'Payments'), 'Checkrein', asHub);
    expect(() => new Harness(stackIn(app, 'Search'), 'Checkrein', asHub)).toThrow(
      'the construct Search/Checkrein: the hub Payments/Checkrein has members in this account and Region already',
    );
    expect(() => new Harness(stackIn(app, 'Ops'), 'Checkrein', props)).not.toThrow();
  });

  test('are hubs in two Regions, or in two accounts', () => {
    const app = anApp();
    const other = { ...members, hub: '333333333333' };
    new Harness(stackIn(app, 'Eu', { region: 'eu-west-1' }), 'Checkrein', asHub);
    expect(() => new Harness(stackIn(app, 'Us', { region: 'us-east-1' }), 'Checkrein', asHub)).not.toThrow();
    const elsewhere = { ...asHub, rules: { ...rules, settings: { ...rules.settings, members: other } } };
    expect(() => new Harness(stackIn(app, 'Test'), 'Checkrein', elsewhere)).not.toThrow();
  });
});

test.each([
  ['nested', (app: App) => new NestedStack(stackIn(app, 'Payments'), 'Inner'), /its stack is nested/],
  [
    'whose name Systems Manager does not take',
    (app: App) => stackIn(app, 'Aws-ops'),
    /no parameter \/Aws-ops\/kill-switch/,
  ],
])('a stack %s is refused in words', (_, make, words) => {
  expect(() => new Harness(make(anApp()), 'Checkrein', props)).toThrow(words);
});
