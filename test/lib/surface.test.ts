import { takingAgents } from '../../lambdas/kernel/policy/rules/clusters.ts';
import * as z from 'zod';
import { expect, test } from 'vitest';
import { TOLD_KINDS } from '../../lambdas/contracts/told-events.ts';
import { ENV } from '../../lambdas/contracts/env.ts';
import { synthesize, type Template } from '../../lib/synthesize.ts';
import { shippedRules } from './shipped.ts';

const rules = shippedRules();
const { template } = synthesize(rules);
const ofType = (type: string, from = template): Record<string, unknown>[] =>
  Object.values(from.Resources)
    .filter(({ Type }) => Type === type)
    .map(({ Properties }) => Properties);

test('the approval page is the only URL that the Internet can reach', () => {
  expect(ofType('AWS::Lambda::Url')).toHaveLength(1);
  const open = ofType('AWS::Lambda::Permission').filter(({ Principal }) => Principal === '*');
  expect(open.length).toBeGreaterThan(0);
  for (const permission of open) expect(JSON.stringify(permission)).toMatch(/"StepsPageAliaslive[0-9A-F]{8}"/);
  for (const type of ['AWS::SNS::TopicPolicy', 'AWS::SQS::QueuePolicy'])
    for (const policy of ofType(type)) expect(allowsEveryone(policy)).toBe(false);
});

const reservations = (from: Template) =>
  Object.values(from.Resources).filter(({ Properties }) => 'ReservedConcurrentExecutions' in Properties);

test('nothing reserves concurrency, which a new account with a quota of 10 does not have', () => {
  expect(reservations(template)).toEqual([]);
});

test('the approval page reserves concurrency where the team asks for it', () => {
  const asked = synthesize({ ...rules, settings: { ...rules.settings, pageConcurrency: 5 } }).template;
  expect(reservations(asked)).toMatchObject([{ Properties: { ReservedConcurrentExecutions: 5 } }]);
});

test('a first deployment that fails leaves only the table behind, which is protected and empty', () => {
  const policies = Object.values(template.Resources).flatMap(({ Type, DeletionPolicy }) =>
    typeof DeletionPolicy !== 'string' || DeletionPolicy === 'Delete' ? [] : [`${Type} ${DeletionPolicy}`],
  );
  expect([...new Set(policies)].toSorted()).toEqual([
    'AWS::DynamoDB::Table Retain',
    'AWS::KMS::Key RetainExceptOnCreate',
    'AWS::Logs::LogGroup RetainExceptOnCreate',
  ]);
});

test('no release writes the kill switch again: CloudFormation would, if any of these properties changed', () => {
  const tagged = synthesize({ ...rules, settings: { ...rules.settings, tags: { team: 'sre' } } }).template;
  for (const release of [template, tagged])
    expect(ofType('AWS::SSM::Parameter', release)).toEqual([
      {
        AllowedPattern: '^(on|propose-only|off)$',
        Description: 'Checkrein kill switch: on | propose-only | off. Every step that can act reads it first.',
        Name: '/Checkrein/kill-switch',
        Type: 'String',
        Value: 'on',
      },
    ]);
});

test('the log of the flow has a name that no resource policy must list', () => {
  const vended = ofType('AWS::Logs::LogGroup').filter((one) => JSON.stringify(one).includes('/aws/vendedlogs/states/'));
  expect(vended).toHaveLength(1);
});

test('functions get resource names in the agreed variables, and no secret', () => {
  const known = new Set<string>([...Object.values(ENV), 'AWS_NODEJS_CONNECTION_REUSE_ENABLED']);
  for (const fn of ofType('AWS::Lambda::Function')) {
    const variables = z.looseObject({ Environment: z.looseObject({ Variables: z.record(z.string(), z.unknown()) }) });
    const { Variables } = variables.parse(fn).Environment;
    expect(Object.keys(Variables).filter((name) => !known.has(name))).toEqual([]);
    expect(JSON.stringify(Variables)).not.toContain('resolve:secretsmanager');
  }
});

/** The logical id in a reference. */
const idIn = (reference: unknown): string => z.object({ Ref: z.string() }).parse(reference).Ref;

test('each approver reads only what is meant for them or for everyone', () => {
  const subscribed = ofType('AWS::SNS::Subscription').map(({ TopicArn, Endpoint, FilterPolicy }) => [
    idIn(TopicArn).replace(/[0-9A-F]{8}$/, ''),
    Endpoint,
    FilterPolicy,
  ]);
  expect(subscribed).toEqual(
    ['ApprovalDeskTopic', 'ApprovalDeskReports'].flatMap((topic) =>
      rules.settings.approvers.map(({ contacts: { email } }) => [topic, email, { audience: [email, 'everyone'] }]),
    ),
  );
});

test('the topic that approvers have confirmed keeps its logical id, and so do their subscriptions', () => {
  const ids = (type: string) => Object.keys(template.Resources).filter((id) => template.Resources[id]?.Type === type);
  expect(ids('AWS::SNS::Topic')).toContain('ApprovalDeskTopic7E43A53B');
  expect(ids('AWS::SNS::Subscription').filter((id) => id.startsWith('ApprovalDeskTo'))).toHaveLength(
    rules.settings.approvers.length,
  );
});

test('the event that somebody is waited for reaches the topic of the team, if there is one', () => {
  const approvalWaitingTopicArn = 'arn:aws:sns:eu-west-1:123456789012:pager';
  const paged = synthesize({ ...rules, settings: { ...rules.settings, approvalWaitingTopicArn } }).template;
  const pagerOf = (from: Template) =>
    ofType('AWS::Events::Rule', from).filter((rule) => JSON.stringify(rule).includes('approval.waiting'));
  expect(pagerOf(template)).toEqual([]);
  expect(pagerOf(paged)).toMatchObject([
    {
      EventPattern: {
        source: ['checkrein'],
        'detail-type': ['approval.waiting'],
        account: [{ Ref: 'AWS::AccountId' }],
      },
      Targets: [{ Arn: approvalWaitingTopicArn }],
    },
  ]);
});

test('each agent, but one for a cluster that the settings do not have, has one rule with its own pattern, which hands the whole event to the flow', () => {
  const intake = ofType('AWS::Events::Rule').filter(
    (rule) => 'EventPattern' in rule && !/aws\.states|moment\.lost/.test(JSON.stringify(rule)),
  );
  // The last two, of the doctor's alarm and of follow-ups, have tests of their own.
  const patterns = intake.map(({ EventPattern }) => EventPattern);
  const taking = takingAgents(rules);
  expect(taking.length).toBeLessThan(rules.agents.length);
  expect(patterns.slice(0, -2)).toEqual(taking.map(({ takes }) => takes));
  for (const rule of intake)
    expect(rule).toMatchObject({
      Targets: [
        {
          InputTransformer: { InputTemplate: '{"event": <aws.events.event.json>}' },
          DeadLetterConfig: {},
          RetryPolicy: { MaximumRetryAttempts: 185 },
        },
      ],
    });
});

test('an agent with a schedule has a rule by the clock, whose event is made by Checkrein and never goes over the bus', () => {
  const agents = rules.agents.slice(0, 1).map((one) => ({ ...one, takes: undefined, name: 'nightly', every: 'day' }));
  const clocks = ofType('AWS::Events::Rule', synthesize({ ...rules, agents }).template).filter((rule) =>
    JSON.stringify(rule).includes('checkrein.schedule'),
  );
  const Clock = z.looseObject({
    ScheduleExpression: z.literal('rate(1 day)'),
    Targets: z.tuple([
      z.looseObject({
        DeadLetterConfig: z.looseObject({}),
        InputTransformer: z.object({ InputPathsMap: z.record(z.string(), z.string()), InputTemplate: z.string() }),
      }),
    ]),
  });
  const [clock, ...others] = z.array(Clock).parse(clocks);
  expect(others).toEqual([]);
  const { InputPathsMap, InputTemplate } = clock?.Targets[0].InputTransformer ?? {
    InputPathsMap: {},
    InputTemplate: '',
  };
  expect(InputPathsMap).toEqual({ id: '$.id', time: '$.time', account: '$.account', region: '$.region' });
  // EventBridge puts a text between quotes where a variable of a JSON template stands.
  const sent: unknown = JSON.parse(InputTemplate.replaceAll(/<(\w+)>/g, '"the $1"'));
  expect(sent).toEqual({
    event: {
      version: '0',
      id: 'the id',
      time: 'the time',
      account: 'the account',
      region: 'the region',
      source: 'checkrein.schedule',
      'detail-type': 'Schedule',
      resources: [],
      detail: { agent: 'nightly', every: 'day' },
    },
  });
});

test('the stream of the ledger hands the new events of nine kinds to Moments, for no longer than an approval lives, and loses none in silence', () => {
  const [mapping, ...others] = ofType('AWS::Lambda::EventSourceMapping');
  expect(others).toEqual([]);
  expect(mapping).toMatchObject({
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    BisectBatchOnFunctionError: true,
    MaximumRetryAttempts: 30,
    MaximumRecordAgeInSeconds: rules.settings.approval.expireMinutes * 60,
    StartingPosition: 'TRIM_HORIZON',
    DestinationConfig: {
      OnFailure: { Destination: { 'Fn::GetAtt': [expect.stringMatching(/^MomentsUndelivered/), 'Arn'] } },
    },
  });
  const Filters = z.object({ FilterCriteria: z.object({ Filters: z.tuple([z.object({ Pattern: z.string() })]) }) });
  const [{ Pattern }] = Filters.parse(mapping).FilterCriteria.Filters;
  expect(JSON.parse(Pattern)).toEqual({
    eventName: ['INSERT'],
    dynamodb: { Keys: { pk: { S: [{ prefix: 'incident#' }] } }, NewImage: { kind: { S: [...TOLD_KINDS] } } },
  });
  expect(TOLD_KINDS).toHaveLength(9);
  expect(TOLD_KINDS).not.toContain('evidence.gathered');
  expect(ofType('AWS::Events::Rule')).toContainEqual(
    expect.objectContaining({
      EventPattern: { source: ['checkrein'], 'detail-type': ['moment.lost'], account: [{ Ref: 'AWS::AccountId' }] },
    }),
  );
});

test('an execution that dies in any way starts Stopped', () => {
  expect(ofType('AWS::Events::Rule')).toContainEqual(
    expect.objectContaining({
      EventPattern: {
        source: ['aws.states'],
        'detail-type': ['Step Functions Execution Status Change'],
        detail: { status: ['FAILED', 'TIMED_OUT', 'ABORTED'], stateMachineArn: [expect.anything()] },
      },
    }),
  );
});

test('the ledger survives deletion of the stack, and only TTL deletes rows', () => {
  const [id] = Object.entries(template.Resources).find(([, { Type }]) => Type === 'AWS::DynamoDB::Table') ?? [''];
  expect(template.Resources[id]).toMatchObject({
    DeletionPolicy: 'Retain',
    Properties: {
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
    },
  });
});

test('a deployment without data protection leaves nothing behind', () => {
  const { template: thrown } = synthesize({ ...rules, settings: { ...rules.settings, protectData: false } });
  const kept = Object.values(thrown.Resources).filter((resource) => resource['DeletionPolicy'] === 'Retain');
  expect(kept).toEqual([]);
});

/** Whether a resource policy allows something to everyone. */
const allowsEveryone = (properties: unknown): boolean => {
  const Policy = z.looseObject({
    PolicyDocument: z.looseObject({
      Statement: z.array(z.looseObject({ Effect: z.string(), Principal: z.unknown() })),
    }),
  });
  return Policy.parse(properties).PolicyDocument.Statement.some(
    ({ Effect, Principal }) => Effect === 'Allow' && JSON.stringify(Principal).includes('"*"'),
  );
};
