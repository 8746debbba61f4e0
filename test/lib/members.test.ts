import { App, type Stack } from 'aws-cdk-lib';
import { Template as Assertions } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import * as z from 'zod';
import { describe, expect, test } from 'vitest';
import type { EventPattern } from '../../lambdas/contracts/agent.ts';
import { ENV } from '../../lambdas/contracts/env.ts';
import { JsonObject } from '../../lambdas/contracts/json.ts';
import { Settings } from '../../lambdas/contracts/settings.ts';
import { actionOf, isAwsCall } from '../../lambdas/contracts/tool.ts';
import { OPEN_READS, VERIFY_READS } from '../../lambdas/contracts/step-reads.ts';
import { CATALOGUE, CHANGE_TOOLS } from '../../lambdas/tools/catalogue.ts';
import { heldBack } from '../../lib/member-patterns.ts';
import { CheckreinMember } from '../../lib/member-stack.ts';
import { templateText } from '../../lib/template-text.ts';
import { synthesize } from '../../lib/synthesize.ts';
import { denialsIn, rightsIn } from './permissions.ts';
import { shippedRules } from './shipped.ts';

const HUB = '111111111111';
const MEMBER = '222222222222';
const members = { hub: HUB, accounts: [MEMBER], externalId: '0f9b4c1e-7a55-4d1e-9a0c-1d2e3f4a5b6c' };
const two = { ...members, accounts: [MEMBER, '333333333333'] };
const shipped = shippedRules();
const rules = { ...shipped, settings: { ...shipped.settings, members } };

const app = new App();
const stack = new CheckreinMember(app, 'CheckreinMember', { of: { rules, catalogue: CATALOGUE } });
const Resource = z.looseObject({ Type: z.string(), Properties: JsonObject.default({}) });
const Resources = z.record(z.string(), Resource);
const resourcesOf = (of: Stack) => Resources.parse(Assertions.fromStack(of).toJSON()['Resources']);
const member = Object.entries(resourcesOf(stack));
const ofType = (type: string, from = member) => from.filter(([, { Type }]) => Type === type);
const text = (value: unknown): string => JSON.stringify(value);

const trustOf = (role: string) => {
  const found = ofType('AWS::IAM::Role').find(([id]) => id.startsWith(role));
  const Trust = z.looseObject({ Statement: z.array(z.looseObject({ Action: z.string() })) });
  return Trust.parse(found?.[1].Properties['AssumeRolePolicyDocument']).Statement;
};

describe('member account', () => {
  test('only the change zone of the hub assumes the change role, and only with the external id', () => {
    const caller = {
      'Fn::Join': [
        '',
        ['arn:', { Ref: 'AWS::Partition' }, `:iam::${HUB}:role/checkrein-`, { Ref: 'AWS::Region' }, '-ChangeZone'],
      ],
    };
    const [assume, ...others] = trustOf('Change');
    expect(assume).toMatchObject({
      Action: 'sts:AssumeRole',
      Condition: {
        StringEquals: { 'sts:ExternalId': members.externalId },
        ArnEquals: { 'aws:PrincipalArn': [caller] },
      },
    });
    expect(text(assume)).toContain(`:iam::${HUB}:root`);
    expect(others).toMatchObject([
      { Action: 'sts:SetSourceIdentity', Condition: { ArnEquals: { 'aws:PrincipalArn': [caller] } } },
    ]);
  });

  test('the change role changes what change tools declare, and the read role changes nothing', () => {
    const changes = CHANGE_TOOLS.flatMap(({ manifest }) => manifest.changes.map(actionOf));
    const policies = ofType('AWS::IAM::Policy');
    const withChange = policies.filter(([, policy]) => changes.some((action) => text(policy).includes(`"${action}"`)));
    expect(withChange.map(([id]) => id.replace(/DefaultPolicy.*/, ''))).toEqual(['Change']);
    expect(text(trustOf('Read'))).not.toContain('-Decide');
    for (const step of ['Open', 'Observe', 'Authorize', 'ChangeZone', 'Verify', 'Close', 'Stopped'])
      expect(text(trustOf('Read'))).toContain(`-${step}"`);
  });

  test('the hub assumes the read role only with the external id, and may set the incident as source identity', () => {
    const [assume, ...others] = trustOf('Read');
    expect(assume).toMatchObject({
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'sts:ExternalId': members.externalId } },
    });
    expect(text(assume)).toContain('"aws:PrincipalArn":[');
    expect(others).toMatchObject([{ Action: 'sts:SetSourceIdentity' }]);
    expect(text(others)).toContain('"aws:PrincipalArn":[');
  });

  test.each([
    ['all tools', rules.agents],
    [
      'tools that never look at an alarm',
      rules.agents.map((agent) => ({
        ...agent,
        tools: { observe: ['list_recent_changes'], change: ['reboot_instance'] },
      })),
    ],
  ])('the read role may look at what the steps look at, and at nothing else: with %s', (_, agents) => {
    const granted = new CheckreinMember(new App(), 'CheckreinMember', {
      of: { rules: { ...rules, agents }, catalogue: CATALOGUE },
    });
    const looked = rightsIn({ Resources: resourcesOf(granted) }).filter(({ role }) => role.startsWith('Read'));
    const names = new Set(agents.flatMap(({ tools }) => [...tools.observe, ...tools.change]));
    const reads = CATALOGUE.manifests.flatMap((manifest) => (names.has(manifest.name) ? manifest.reads : []));
    expect(new Set(looked.map(({ action }) => action))).toEqual(
      new Set([...reads, ...VERIFY_READS, ...OPEN_READS].filter(isAwsCall).map(actionOf)),
    );
  });

  test('the read role reads the log groups of the agents, and never those of a Checkrein in that account', () => {
    const granted = { Resources: resourcesOf(stack) };
    const arns = (rights: ReturnType<typeof rightsIn>): string[] =>
      rights
        .filter(({ role, action }) => role.startsWith('Read') && action === 'logs:StartQuery')
        .flatMap(({ resource }) => [z.json().parse(JSON.parse(resource))].flat())
        .map((arn) => templateText(arn, (name) => `<${name}>`));
    const group = 'arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:';
    expect(arns(rightsIn(granted))).toEqual([`${group}/app/*`, `${group}/aws/codebuild/*`]);
    expect(arns(denialsIn(granted))).toEqual([`${group}/aws/vendedlogs/states/Checkrein*`, `${group}Checkrein*`]);
  });

  test('the permissions boundary is the policy of the same name in the member account', () => {
    const settings = { ...rules.settings, permissionsBoundaryArn: `arn:aws:iam::${HUB}:policy/boundary` };
    const bounded = new CheckreinMember(new App(), 'CheckreinMember', {
      of: { rules: { ...rules, settings }, catalogue: CATALOGUE },
    });
    const roles = ofType('AWS::IAM::Role', Object.entries(resourcesOf(bounded)));
    expect(roles.length).toBeGreaterThan(0);
    for (const [id, { Properties }] of roles)
      expect([id, Properties['PermissionsBoundary']]).toEqual([
        id,
        { 'Fn::Join': ['', ['arn:aws:iam::', { Ref: 'AWS::AccountId' }, ':policy/boundary']] },
      ]);
  });

  test('alarms are sent to the event bus of the hub, and those that cannot be delivered are kept', () => {
    const ofAlarms = ofType('AWS::Events::Rule').filter(([, { Properties }]) =>
      text(Properties['EventPattern']).includes('aws.cloudwatch'),
    );
    expect(ofAlarms.length).toBeGreaterThan(0);
    for (const [, { Properties }] of ofAlarms) {
      expect(Properties).toMatchObject({ Targets: [{ Id: 'hub', DeadLetterConfig: {} }] });
      expect(text(Properties['EventPattern'])).toContain('ALARM');
      expect(text(Properties)).toContain(`:${HUB}:event-bus/default`);
    }
  });

  test('the stack meets the AWS Solutions rules', () => {
    const { violations } = new AwsSolutionsChecks().validateScope(app);
    expect(
      violations.map(({ ruleName, violatingResources }) => [ruleName, violatingResources[0]?.constructPath]),
    ).toEqual([]);
  });
});

describe('hub', () => {
  const hub = Object.entries(Resources.parse(synthesize(rules).template.Resources));

  test('a member may put what agents take on the bus and nothing else: as shipped, alarms and builds', () => {
    expect(
      ofType('AWS::Events::EventBusPolicy', hub).map(([, { Properties }]) => Properties['Statement']),
    ).toMatchObject([
      {
        Action: 'events:PutEvents',
        Condition: {
          'ForAllValues:StringEquals': {
            'events:source': ['aws.cloudwatch', 'aws.codebuild'],
            'events:detail-type': ['CloudWatch Alarm State Change', 'CodeBuild Build State Change'],
          },
          Null: { 'events:source': 'false', 'events:detail-type': 'false' },
        },
      },
    ]);
    expect(text(ofType('AWS::Events::EventBusPolicy', hub))).toContain(`:iam::${MEMBER}:root`);
  });

  test('roles of the hub have the names that members trust', () => {
    const names = ofType('AWS::IAM::Role', hub).map(([, { Properties }]) => text(Properties['RoleName'] ?? ''));
    for (const step of ['Open', 'Observe', 'Authorize', 'ChangeZone', 'Verify', 'Close', 'Stopped'])
      expect(names.filter((name) => name.endsWith(`"-${step}"]]}`))).toHaveLength(1);
  });

  test('without members no other account may put events, and roles have generated names', () => {
    const alone = Object.entries(Resources.parse(synthesize(shipped).template.Resources));
    expect(ofType('AWS::Events::EventBusPolicy', alone)).toEqual([]);
    for (const [, { Properties }] of ofType('AWS::IAM::Role', alone)) expect(Properties).not.toHaveProperty('RoleName');
  });

  test('each function that reads may assume the read role of the listed accounts, the change zone also the change role', () => {
    const rights = rightsIn(synthesize({ ...rules, settings: { ...rules.settings, members: two } }).template);
    const taking = rights.filter(({ action }) => action === 'sts:AssumeRole');
    const into = (role: string): string[] =>
      taking
        .filter((right) => right.role === role)
        .flatMap(({ resource }) => [z.json().parse(JSON.parse(resource))].flat())
        .map((one) => templateText(one, (reference) => `<${reference}>`))
        .filter((arn) => !arn.includes('Steps'));
    const arns = (role: string): string[] =>
      two.accounts.map((account) => `arn:<AWS::Partition>:iam::${account}:role/checkrein-<AWS::Region>-${role}`);
    for (const role of ['Open', 'Observe', 'Authorize', 'Verify', 'Close', 'Stopped'])
      expect([role, into(role)]).toEqual([role, arns('read')]);
    expect(into('ChangeZone').sort()).toEqual([...arns('read'), ...arns('change')].sort());
    expect([...new Set(taking.map(({ role }) => role))].sort()).toEqual([
      'Authorize',
      'ChangeZone',
      'Close',
      'Observe',
      'Open',
      'Stopped',
      'Verify',
    ]);
    for (const right of taking.map(({ resource }) => resource)) expect(right).not.toContain('*');
    const naming = rights.filter(({ action }) => action === 'sts:SetSourceIdentity');
    expect(naming.map(({ role, resource }) => [role, resource])).toEqual(
      taking.map(({ role, resource }) => [role, resource]),
    );
  });

  test('a function’s environment names only roles that it may assume', () => {
    const told = (name: string): string[] =>
      ofType('AWS::Lambda::Function', hub)
        .filter(([, { Properties }]) =>
          text(Properties['Environment']).includes(ENV[name === 'read' ? 'memberReadRole' : 'memberChangeRole']),
        )
        .map(([id]) => id.replace(/^Steps|[0-9A-F]{8}$/g, ''))
        .sort();
    expect(told('read')).toEqual(['Authorize', 'ChangeZone', 'Close', 'Observe', 'Open', 'Stopped', 'Verify']);
    expect(told('change')).toEqual(['ChangeZone']);
  });
});

describe('events other than alarms', () => {
  const taking = (...patterns: readonly EventPattern[]) => ({
    ...rules,
    agents: patterns.flatMap((takes, index) =>
      rules.agents.slice(0, 1).map((one) => ({ ...one, name: `agent-${index}`, takes })),
    ),
  });
  const builds = { source: ['aws.codebuild'], 'detail-type': ['CodeBuild Build State Change'] };
  const failed = { ...builds, detail: { 'build-status': ['FAILED'], region: ['a'] } };
  const stopped = { ...builds, detail: { 'build-status': ['STOPPED'] } };
  const policiesOf = (given: typeof rules) =>
    ofType('AWS::Events::EventBusPolicy', Object.entries(Resources.parse(synthesize(given).template.Resources))).map(
      ([, { Properties }]) => Properties['Statement'],
    );
  const patternsOf = (given: typeof rules) =>
    ofType(
      'AWS::Events::Rule',
      Object.entries(
        resourcesOf(new CheckreinMember(new App(), 'Member', { of: { rules: given, catalogue: CATALOGUE } })),
      ),
    ).map(([, { Properties }]) => Properties['EventPattern']);

  test('a member may put exactly the sources and types that agents take', () => {
    expect(policiesOf(taking(failed, { source: ['shop.checkout'], 'detail-type': ['Order failed'] }))).toMatchObject([
      {
        Condition: {
          'ForAllValues:StringEquals': {
            'events:source': ['aws.codebuild', 'shop.checkout'],
            'events:detail-type': ['CodeBuild Build State Change', 'Order failed'],
          },
          Null: { 'events:source': 'false', 'events:detail-type': 'false' },
        },
      },
    ]);
  });

  test('an agent that takes every type of its source opens no other source to every type', () => {
    expect(policiesOf(taking(failed, { source: ['shop.checkout'] }))).toMatchObject([
      { Condition: { 'ForAllValues:StringEquals': { 'events:source': ['aws.codebuild'] } } },
      {
        Condition: {
          'ForAllValues:StringEquals': { 'events:source': ['shop.checkout'] },
          Null: { 'events:source': 'false' },
        },
      },
    ]);
  });

  test.each([
    ['no source', { 'detail-type': ['Order failed'] }, 'takes.source is not a list of whole names'],
    ['a prefix', { source: ['shop', { prefix: 'shop.' }] }, 'takes.source is not a list of whole names'],
    ['a source of Checkrein', { source: ['checkrein.schedule'] }, 'takes.source has checkrein.schedule'],
  ])('a pattern with %s lets in nothing of members, and synth says so', (_, pattern, says) => {
    const given = taking(pattern);
    expect(policiesOf(given)).toEqual([]);
    expect(patternsOf(given)).toEqual([]);
    expect(heldBack(given.agents).map(({ reason }) => reason)).toEqual([expect.stringContaining(says)]);
  });

  test('an event leaves a member once, however many agents take it, and no agent misses one', () => {
    const [pattern, ...others] = patternsOf(taking(failed, stopped));
    expect(others).toEqual([]);
    expect(pattern).toEqual({ ...builds, detail: { 'build-status': ['FAILED', 'STOPPED'] } });
  });

  test('a pattern that is too long for EventBridge is sent without its detail', () => {
    const names = Array.from({ length: 300 }, (_, index) => `project-${index}`);
    expect(patternsOf(taking({ ...builds, detail: { 'project-name': names } }))).toEqual([builds]);
  });

  test('a statement that is too long for the policy of a bus fails synth in words', () => {
    const types = Array.from({ length: 600 }, (_, index) => `A type of event ${index}`);
    expect(() => synthesize(taking({ source: ['shop'], 'detail-type': types }))).toThrow(
      'the policy of an event bus may have 10240',
    );
  });
});

test.each([
  ['a hub among its members', { ...members, accounts: [HUB] }, 'cannot be a member of itself'],
  ['an account by name', { ...members, accounts: ['production'] }, '12 digits'],
  ['an account twice', { ...members, accounts: [MEMBER, MEMBER] }, 'every account once'],
  ['a short external id', { ...members, externalId: 'abc' }, 'at least 16'],
])('%s is refused in words', (_, wrong, says) => {
  const parsed = Settings.safeParse({ ...shipped.settings, members: wrong });
  expect(parsed.success ? '' : parsed.error.message).toContain(says);
});
