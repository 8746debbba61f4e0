import { App, Stack } from 'aws-cdk-lib';
import { Template as Assertions } from 'aws-cdk-lib/assertions';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { Settings, type SettingsInput } from '../../lambdas/contracts/settings.ts';
import { CATALOGUE } from '../../lambdas/tools/catalogue.ts';
import { CheckreinStack } from '../../lib/checkrein-stack.ts';
import { Harness } from '../../lib/harness.ts';
import { NO_SOURCES } from '../../lib/own-tools/sources.ts';
import { synthesize, type Template } from '../../lib/synthesize.ts';
import { EVERY_NOTIFIER, KEY, NOTIFIER_TOPIC } from './options.ts';
import { denialsIn, rightsIn } from './permissions.ts';
import { shippedRules } from './shipped.ts';

const rulesWith = (more: Partial<SettingsInput>) => {
  const shipped = shippedRules();
  return { ...shipped, settings: Settings.parse({ ...shipped.settings, ...more }) };
};
const template = synthesize(rulesWith({ notifiers: EVERY_NOTIFIER })).template;
const plain = synthesize(shippedRules()).template;

const ofType = (type: string, from: Template = template): [string, Record<string, unknown>][] =>
  Object.entries(from.Resources).flatMap(([id, { Type, Properties }]) => (Type === type ? [[id, Properties]] : []));

const Rule = z.looseObject({
  EventPattern: z.looseObject({ source: z.array(z.string()), 'detail-type': z.array(z.string()) }),
  Targets: z.array(z.looseObject({ RetryPolicy: z.unknown(), DeadLetterConfig: z.unknown() })),
});

const rulesOf = (from: Template) =>
  ofType('AWS::Events::Rule', from).flatMap(([id, properties]) => {
    const rule = Rule.safeParse(properties);
    return id.startsWith('Notifiers') && rule.success ? [rule.data] : [];
  });

test('without notifiers there is nothing of them', () => {
  expect(Object.keys(plain.Resources).filter((id) => /Notif/.test(id))).toEqual([]);
});

test('every rule takes moments of this account only, tries no longer than an approval lives, and keeps what was not taken', () => {
  const rules = rulesOf(synthesize(rulesWith({ notifiers: EVERY_NOTIFIER, approval: { expireMinutes: 25 } })).template);
  expect(rules).toHaveLength(9);
  for (const { EventPattern, Targets } of rules) {
    expect(EventPattern).toMatchObject({ source: ['checkrein'], account: [{ Ref: 'AWS::AccountId' }] });
    expect(EventPattern['detail-type'].length).toBeGreaterThan(0);
    for (const target of Targets)
      expect(target).toMatchObject({
        RetryPolicy: { MaximumEventAgeInSeconds: 25 * 60, MaximumRetryAttempts: 185 },
        DeadLetterConfig: { Arn: { 'Fn::GetAtt': [expect.stringContaining('Undelivered'), 'Arn'] } },
      });
  }
});

describe('a queue of a notifier', () => {
  test('gives up within the life of an approval, but not before a second attempt', () => {
    const attemptsWith = (expireMinutes: number): unknown[] =>
      ofType(
        'AWS::SQS::Queue',
        synthesize(rulesWith({ notifiers: EVERY_NOTIFIER, approval: { expireMinutes } })).template,
      )
        .map(([, { RedrivePolicy }]) => RedrivePolicy)
        .filter((one) => one !== undefined);
    const kept = { deadLetterTargetArn: { 'Fn::GetAtt': [expect.stringContaining('Undelivered'), 'Arn'] } };
    expect(attemptsWith(60)).toEqual(Array.from({ length: 3 }, () => ({ ...kept, maxReceiveCount: 30 })));
    expect(attemptsWith(1)).toEqual(Array.from({ length: 3 }, () => ({ ...kept, maxReceiveCount: 2 })));
    expect(attemptsWith(1440)).toEqual(Array.from({ length: 3 }, () => ({ ...kept, maxReceiveCount: 720 })));
  });

  test('takes messages of its rule alone, and hands them over in batches of which single messages may fail', () => {
    const mappings = ofType('AWS::Lambda::EventSourceMapping').filter(([id]) => id.startsWith('Notifiers'));
    expect(mappings).toHaveLength(3);
    for (const [, mapping] of mappings)
      expect(mapping).toMatchObject({
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        MaximumBatchingWindowInSeconds: 10,
        ScalingConfig: { MaximumConcurrency: 2 },
      });
    const policies = ofType('AWS::SQS::QueuePolicy').filter(([id]) => /^Notifiers\w*QueueMoments/.test(id));
    expect(policies).toHaveLength(3);
    for (const [, policy] of policies)
      expect(JSON.stringify(policy)).toMatch(/"aws:SourceArn":\{"Fn::GetAtt":\["Notifiers/);
  });
});

describe('a function of a notifier', () => {
  const rights = rightsIn(template).filter(({ role }) => role.startsWith('Notify'));
  const rightsTo = (name: string) =>
    rights
      .filter(({ role }) => role.toLowerCase().startsWith(`notify${name}`))
      .map(({ action, resource }) => `${action} ${resource}`);

  test('may read its own secret or publish on its own topic, and remember; no trace, no link, no grant, no switch', () => {
    expect(new Set(rights.map(({ role }) => role)).size).toBe(3);
    const allowed =
      /^(dynamodb:(GetItem|Query|PutItem)|kms:|logs:|secretsmanager:GetSecretValue|sns:Publish|sqs:(DeleteMessage|GetQueueAttributes|ReceiveMessage)|xray:)/;
    expect(rights.map(({ action }) => action).filter((action) => !allowed.test(action))).toEqual([]);
    for (const { action, conditions } of rights.filter((one) => one.action.startsWith('dynamodb:')))
      expect([action, conditions['ForAllValues:StringLike']]).toEqual([action, { 'dynamodb:LeadingKeys': ['told#*'] }]);
    expect(rights.filter(({ action }) => /Mac$|^kms:Sign/.test(action))).toEqual([]);
    expect(rightsTo('ops').filter((right) => right.startsWith('secretsmanager'))).toEqual([
      expect.stringContaining('checkrein/slack-??????'),
    ]);
    expect(rightsTo('ops').filter((right) => right.startsWith('kms') && right.includes(KEY))).toEqual([
      expect.stringContaining('kms:Decrypt'),
    ]);
    expect(rightsTo('portal').filter((right) => right.startsWith('secretsmanager'))).toEqual([
      expect.stringContaining('checkrein/portal-??????'),
    ]);
    expect(rightsTo('team').filter((right) => right.startsWith('sns'))).toEqual([`sns:Publish "${NOTIFIER_TOPIC}"`]);
    expect(rightsTo('team').filter((right) => right.startsWith('secretsmanager'))).toEqual([]);
  });

  test('is the only one beside that with the key of the model that reads a secret', () => {
    const readers = rightsIn(template).filter(({ action }) => action === 'secretsmanager:GetSecretValue');
    expect(readers.map(({ role }) => role.replace(/Role.*/, '')).toSorted()).toEqual([
      'Decide',
      'Notifyops',
      'Notifyportal',
    ]);
  });
});

test('no secret is in the template: the routing key is a reference that CloudFormation resolves', () => {
  const [[, connection] = ['', {}], ...others] = ofType('AWS::Events::Connection');
  expect(others).toEqual([]);
  expect(connection).toMatchObject({
    AuthParameters: {
      InvocationHttpParameters: {
        BodyParameters: [
          {
            Key: 'routing_key',
            Value: '{{resolve:secretsmanager:checkrein/pagerduty:SecretString:::}}',
            IsValueSecret: true,
          },
        ],
      },
    },
  });
});

test('only the rules of PagerDuty may call PagerDuty, alerts and changes by destinations of their own', () => {
  expect(ofType('AWS::Events::ApiDestination').map(([, { InvocationEndpoint }]) => InvocationEndpoint)).toEqual([
    'https://events.pagerduty.com/v2/enqueue',
    'https://events.pagerduty.com/v2/change/enqueue',
  ]);
  const callers = rightsIn(template).filter(({ action }) => action === 'events:InvokeApiDestination');
  expect(new Set(callers.map(({ role }) => role)).size).toBe(1);
  const eu = synthesize(
    rulesWith({ notifiers: [{ name: 'pager', kind: 'pagerduty', secret: 's', region: 'eu' }] }),
  ).template;
  for (const [, { InvocationEndpoint }] of ofType('AWS::Events::ApiDestination', eu))
    expect(InvocationEndpoint).toMatch(/^https:\/\/events\.eu\.pagerduty\.com\//);
});

test('a change can touch nothing of a notifier', () => {
  const [denied] = denialsIn(template).filter(({ role, action }) => role === 'Change' && action === '*');
  const types = /^AWS::(Events::(Rule|Connection|ApiDestination)|SQS::Queue|Lambda::Function)$/;
  const own = Object.entries(template.Resources).filter(([id, { Type }]) => /Notif/.test(id) && types.test(Type));
  expect(own.length).toBeGreaterThan(15);
  for (const [id] of own) expect(denied?.resource).toContain(`"${id}"`);
});

test('one alarm watches what notifiers did not take, and no deployment waits for it', () => {
  const alarms = ofType('AWS::CloudWatch::Alarm').filter(([, alarm]) => JSON.stringify(alarm).includes('-notifiers'));
  expect(alarms).toHaveLength(1);
  expect(
    JSON.stringify(alarms).match(
      /NotifiersopsUndelivered|NotifiersportalUndelivered|NotifierspagerUndelivered|NotifiersteamUndelivered|NotifiersbusUndelivered/g,
    ),
  ).toHaveLength(5);
  const id = alarms[0]?.[0] ?? '';
  for (const [, group] of ofType('AWS::CodeDeploy::DeploymentGroup'))
    expect(JSON.stringify(group)).not.toContain(`"${id}"`);
});

test('the stack with every kind of notifier meets the AWS Solutions rules', () => {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  new CheckreinStack(app, 'Checkrein', { catalogue: CATALOGUE, rules: rulesWith({ notifiers: EVERY_NOTIFIER }) });
  const { violations } = new AwsSolutionsChecks().validateScope(app);
  const found = violations.map(({ ruleName, violatingResources }) => [
    ruleName,
    violatingResources.map((one) => one.constructPath),
  ]);
  expect(found).toEqual([]);
});

test('a target of a team’s own gets the moments that it asks for, with retries and a dead-letter queue', () => {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  const stack = new Stack(app, 'Ours');
  const checkrein = new Harness(stack, 'Checkrein', {
    rules: rulesWith({}),
    catalogue: CATALOGUE,
    sources: NO_SOURCES,
  });
  const target = new SqsQueue(new Queue(stack, 'Moments'));
  const { undelivered } = checkrein.onMoments('Desk', { moments: ['approval.asked', 'incident.closed'], target });
  expect(stack.resolve(undelivered.queueArn)).toBeDefined();
  Assertions.fromStack(stack).hasResourceProperties('AWS::Events::Rule', {
    EventPattern: {
      source: ['checkrein'],
      'detail-type': ['approval.asked', 'incident.closed'],
      account: [{ Ref: 'AWS::AccountId' }],
    },
    Targets: [{ RetryPolicy: { MaximumEventAgeInSeconds: 3600 }, DeadLetterConfig: { Arn: {} } }],
  });
});
