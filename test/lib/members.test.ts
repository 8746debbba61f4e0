import { App } from 'aws-cdk-lib';
import { Template as Assertions } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import * as z from 'zod';
import { describe, expect, test } from 'vitest';
import { Settings } from '../../lambdas/contracts/settings.ts';
import { actionOf } from '../../lambdas/contracts/tool.ts';
import { route } from '../../lambdas/open/route.ts';
import { CHANGE_TOOLS } from '../../lambdas/tools/catalogue.ts';
import { MemberStack } from '../../lib/member-stack.ts';
import { synthesize } from '../../lib/synthesize.ts';
import { shippedRules } from './shipped.ts';

const HUB = '111111111111';
const MEMBER = '222222222222';
const members = { hub: HUB, accounts: [MEMBER], externalId: '0f9b4c1e-7a55-4d1e-9a0c-1d2e3f4a5b6c' };
const shipped = shippedRules();
const rules = { ...shipped, settings: { ...shipped.settings, members } };

const app = new App();
const stack = new MemberStack(app, 'CheckreinMember', { rules, members });
const Resource = z.looseObject({ Type: z.string(), Properties: z.record(z.string(), z.unknown()) });
const Resources = z.record(z.string(), Resource);
const member = Object.entries(Resources.parse(Assertions.fromStack(stack).toJSON()['Resources']));
const ofType = (type: string, from = member) => from.filter(([, { Type }]) => Type === type);
const text = (value: unknown): string => JSON.stringify(value);

const trustOf = (role: string) => {
  const found = ofType('AWS::IAM::Role').find(([id]) => id.startsWith(role));
  const Trust = z.looseObject({ Statement: z.array(z.looseObject({ Action: z.string() })) });
  return Trust.parse(found?.[1].Properties['AssumeRolePolicyDocument']).Statement;
};

describe('member account', () => {
  test('only the change zone of the hub takes the change role, and only with the external id', () => {
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
    expect(text(trustOf('Read'))).not.toContain('-Open');
    for (const step of ['Observe', 'Authorize', 'ChangeZone', 'Verify'])
      expect(text(trustOf('Read'))).toContain(`-${step}"`);
  });

  test('alarms go to the bus of the hub, and those that cannot are kept', () => {
    const [[, rule] = ['', { Properties: {} }]] = ofType('AWS::Events::Rule');
    expect(rule.Properties).toMatchObject({
      EventPattern: { source: ['aws.cloudwatch'], detail: { state: { value: ['ALARM'] } } },
      Targets: [{ Id: 'hub', DeadLetterConfig: {} }],
    });
    expect(text(rule.Properties)).toContain(`:${HUB}:event-bus/default`);
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

  test('a member may put alarms on the bus and nothing else', () => {
    expect(
      ofType('AWS::Events::EventBusPolicy', hub).map(([, { Properties }]) => Properties['Statement']),
    ).toMatchObject([
      {
        Action: 'events:PutEvents',
        Condition: {
          StringEquals: { 'events:source': 'aws.cloudwatch', 'events:detail-type': 'CloudWatch Alarm State Change' },
        },
      },
    ]);
    expect(text(ofType('AWS::Events::EventBusPolicy', hub))).toContain(`:iam::${MEMBER}:root`);
  });

  test('the roles that members trust have the names that members trust', () => {
    const names = ofType('AWS::IAM::Role', hub).map(([, { Properties }]) => text(Properties['RoleName'] ?? ''));
    for (const step of ['Observe', 'Authorize', 'ChangeZone', 'Verify'])
      expect(names.filter((name) => name.endsWith(`"-${step}"]]}`))).toHaveLength(1);
  });

  test('without members nobody else may put anything, and roles have no names of ours', () => {
    const alone = Object.entries(Resources.parse(synthesize(shipped).template.Resources));
    expect(ofType('AWS::Events::EventBusPolicy', alone)).toEqual([]);
    for (const [, { Properties }] of ofType('AWS::IAM::Role', alone)) expect(Properties).not.toHaveProperty('RoleName');
  });

  test('an alarm of a member is not investigated in the hub’s own account', () => {
    const event = {
      id: 'e-1',
      version: '0',
      source: 'aws.cloudwatch',
      'detail-type': 'CloudWatch Alarm State Change',
      account: MEMBER,
      region: 'eu-west-1',
      time: '2026-11-20T10:00:00Z',
      resources: [],
      detail: { alarmName: 'a', state: { value: 'ALARM', reason: 'r' }, configuration: { metrics: [] } },
    };
    expect(route({ ...event, account: HUB }, rules).taken).toBe(true);
    const intake = route(event, rules);
    expect(intake.taken ? '' : intake.reason).toContain(`member account ${MEMBER}`);
  });
});

test.each([
  ['a hub among its members', { ...members, accounts: [HUB] }, 'no member of itself'],
  ['an account by name', { ...members, accounts: ['production'] }, '12 digits'],
  ['a short external id', { ...members, externalId: 'abc' }, 'at least 16'],
])('%s is refused in words', (_, wrong, says) => {
  const parsed = Settings.safeParse({ ...shipped.settings, members: wrong });
  expect(parsed.success ? '' : parsed.error.message).toContain(says);
});
