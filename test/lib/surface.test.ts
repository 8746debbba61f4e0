import * as z from 'zod';
import { expect, test } from 'vitest';
import { ENV } from '../../lambdas/contracts/env.ts';
import { synthesize } from '../../lib/synthesize.ts';
import { shippedRules } from './shipped.ts';

const rules = shippedRules();
const { template } = synthesize(rules);
const ofType = (type: string): Record<string, unknown>[] =>
  Object.values(template.Resources)
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

test('the approval page cannot use up the concurrency that the flow needs', () => {
  const page = ofType('AWS::Lambda::Function').filter((fn) => 'ReservedConcurrentExecutions' in fn);
  expect(page).toHaveLength(1);
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

test('each approver reads only what is meant for them or for everyone', () => {
  expect(ofType('AWS::SNS::Subscription').map(({ Endpoint, FilterPolicy }) => [Endpoint, FilterPolicy])).toEqual(
    rules.settings.approvers.map(({ email }) => [email, { audience: [email, 'everyone'] }]),
  );
});

test('each agent has one rule with its own pattern, which hands the whole event to the flow', () => {
  const intake = ofType('AWS::Events::Rule').filter((rule) => !JSON.stringify(rule).includes('aws.states'));
  expect(intake.map(({ EventPattern }) => EventPattern)).toEqual(rules.agents.map(({ takes }) => takes));
  for (const rule of intake)
    expect(rule).toMatchObject({
      Targets: [
        {
          InputTransformer: { InputPathsMap: { event: '$' }, InputTemplate: '{"event": <event>}' },
          DeadLetterConfig: {},
          RetryPolicy: { MaximumRetryAttempts: 185 },
        },
      ],
    });
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
