import { App } from 'aws-cdk-lib';
import { Template as Assertions } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { JsonObject } from '../../lambdas/contracts/json.ts';
import { installedFrom } from '../../lib/own-tools/load.ts';
import { CheckreinMember } from '../../lib/member-stack.ts';
import { synthesize } from '../../lib/synthesize.ts';
import { CATALOGUE } from '../../lambdas/tools/catalogue.ts';
import { toolsWith } from './own-tools/folder.ts';
import { denialsIn, rightsIn } from './permissions.ts';
import { shippedRules } from './shipped.ts';

const rules = shippedRules();
const { template } = synthesize(rules);
const denials = denialsIn(template);
const READERS = ['Authorize', 'ChangeZone', 'Observe', 'Verify'];

/** What holds traces, approvals, secrets and the switch, and what runs. */
const DATA = [
  'AWS::DynamoDB::Table',
  'AWS::KMS::Key',
  'AWS::Lambda::Function',
  'AWS::SNS::Topic',
  'AWS::SSM::Parameter',
  'AWS::SecretsManager::Secret',
  'AWS::StepFunctions::StateMachine',
];
/** What starts incidents, keeps what was lost and deploys. */
const MACHINERY = [
  'AWS::CodeDeploy::Application',
  'AWS::Events::Rule',
  'AWS::Lambda::EventSourceMapping',
  'AWS::SQS::Queue',
];
/** Denied by the beginning of its name. */
const BY_NAME = ['AWS::CloudWatch::Alarm', 'AWS::Logs::LogGroup'];
/** Denied as part of something else, or no tool can have a right on it: calls of IAM are refused at synth. */
const PARTS = [
  'AWS::CodeDeploy::DeploymentGroup',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::Lambda::Alias',
  'AWS::Lambda::Permission',
  'AWS::Lambda::Url',
  'AWS::Lambda::Version',
  'AWS::SNS::Subscription',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::QueuePolicy',
  'AWS::StepFunctions::StateMachineAlias',
  'AWS::StepFunctions::StateMachineVersion',
];
const idsOf = (types: readonly string[]): string[] =>
  Object.entries(template.Resources).flatMap(([id, { Type }]) => (types.includes(Type) ? [id] : []));
/** What a denial names a resource by: its id, or its name, which the template has in plain text. */
const namedBy = (id: string): string =>
  template.Resources[id]?.Type === 'AWS::SSM::Parameter' ? ':parameter/Checkrein/kill-switch' : `"${id}"`;

describe('Checkrein’s own resources', () => {
  test('may be used by no session for a change, whatever its tool says of its targets', () => {
    const [denied, ...others] = denials.filter(({ role }) => role === 'Change');
    expect(others).toEqual([]);
    expect([denied?.action, denied?.conditions]).toEqual(['*', {}]);
    for (const id of idsOf([...DATA, ...MACHINERY])) expect(denied?.resource).toContain(namedBy(id));
    for (const name of [
      ':alarm:checkrein-self-*',
      ':log-group:Checkrein*',
      ':log-group:/aws/vendedlogs/states/Checkrein*',
    ])
      expect(denied?.resource).toContain(name);
    expect(denied?.resource).toContain('{"Ref":"AWS::StackId"}');
    // The history of an execution has task tokens.
    expect(denied?.resource).toContain(':execution:');
  });

  test('may be used by the functions that run tools only as these do themselves', () => {
    const denied = denials.filter(({ action }) => action.startsWith('all but '));
    expect(denied.map(({ role }) => role).toSorted()).toEqual(READERS);
    for (const { action, resource, conditions } of denied) {
      expect(conditions).toEqual({});
      for (const id of idsOf(DATA)) expect(resource).toContain(namedBy(id));
      expect(resource).toContain(':execution:');
      expect(
        action
          .slice('all but '.length)
          .split(', ')
          .filter((one) => !/^(dynamodb|kms|ssm):[A-Za-z]+$/.test(one)),
      ).toEqual([]);
    }
  });

  test('no denial takes a right away that a function was given', () => {
    for (const { role, action } of denials.filter((one) => one.action.startsWith('all but '))) {
      const excepted = action.slice('all but '.length).split(', ');
      const given = rightsIn(template).filter(
        (right) => right.role === role && idsOf(DATA).some((id) => right.resource.includes(namedBy(id))),
      );
      expect(given.length).toBeGreaterThan(3);
      for (const right of given) expect(excepted).toContain(right.action);
    }
  });

  test('a type of resource that is new in the stack must be denied, or listed here as none that a tool could use', () => {
    const types = new Set(Object.values(template.Resources).map(({ Type }) => Type));
    expect([...types].toSorted()).toEqual([...DATA, ...MACHINERY, ...BY_NAME, ...PARTS].toSorted());
  });

  test('a tool that passes roles can pass none of Checkrein', () => {
    const { installed } = installedFrom(
      toolsWith({
        'keep-log-days/manifest.ts': [
          [
            "command: 'PutRetentionPolicy', scope: 'target'",
            "command: 'PutRetentionPolicy', scope: 'target', passesRole: { arn: 'arn:aws:iam::${account}:role/*', service: 'logs.amazonaws.com' }",
          ],
        ],
      }),
    );
    const agents = rules.agents.map((agent, index) =>
      index === 0 ? { ...agent, tools: { observe: [], change: ['keep_log_days'] }, firstLook: [] } : agent,
    );
    const made = synthesize({ ...rules, agents }, installed.catalogue).template;
    expect(rightsIn(made).filter(({ role, action }) => role === 'Change' && action === 'iam:PassRole')).toHaveLength(1);
    const [denied] = denialsIn(made).filter(({ role, action }) => role === 'Change' && action === 'iam:PassRole');
    const roles = Object.entries(made.Resources).filter(([, { Type }]) => Type === 'AWS::IAM::Role');
    expect(roles.length).toBeGreaterThan(10);
    for (const [id] of roles) expect(denied?.resource).toContain(`"${id}"`);
  });

  test('in a member account neither: the rules that send its events, and the queue of those that were not sent', () => {
    const members = { hub: '111111111111', accounts: ['222222222222'], externalId: '0f9b4c1e-7a55-4d1e-9a0c' };
    const stack = new CheckreinMember(new App(), 'CheckreinMember', {
      of: { rules: { ...rules, settings: { ...rules.settings, members } }, catalogue: CATALOGUE },
    });
    const Resources = z.record(z.string(), z.looseObject({ Type: z.string(), Properties: JsonObject.default({}) }));
    const made = { Resources: Resources.parse(Assertions.fromStack(stack).toJSON()['Resources']) };
    const [denied] = denialsIn(made).filter(({ action }) => action === '*');
    for (const [id, { Type }] of Object.entries(made.Resources))
      if (MACHINERY.includes(Type)) expect(denied?.resource).toContain(`"${id}"`);
  });
});

test('the policies of each role stay below the 10,240 characters that IAM takes, with room for tools of a team', () => {
  const Policy = z.looseObject({ Roles: z.array(z.looseObject({ Ref: z.string() })), PolicyDocument: z.json() });
  const sizes = new Map<string, number>();
  for (const { Type, Properties } of Object.values(template.Resources)) {
    if (Type !== 'AWS::IAM::Policy') continue;
    const { Roles, PolicyDocument } = Policy.parse(Properties);
    // As long as CloudFormation makes it: a logical id stands for a name with the stack's before and 13 characters behind.
    const text = JSON.stringify(PolicyDocument)
      .replaceAll(/\{"Fn::Join":\["",\[(.*?)\]\]\}/g, '"$1"')
      .replaceAll(/"(Ref|Fn::GetAtt)"/g, ''.padEnd(20, 'x'));
    for (const { Ref } of Roles) sizes.set(Ref, (sizes.get(Ref) ?? 0) + text.length);
  }
  for (const [role, size] of sizes) expect([role, size < 9000]).toEqual([role, true]);
});
