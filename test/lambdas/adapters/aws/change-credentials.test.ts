import { expect, test } from 'vitest';
import {
  sessionName,
  sessionPolicy,
  stsChangeCredentials,
} from '../../../../lambdas/adapters/aws/change-credentials.ts';
import type { AwsCall } from '../../../../lambdas/contracts/tool.ts';
import type { Scope } from '../../../../lambdas/ports.ts';
import { ec2Error, FakeAws, xmlError, type Answer } from '../../../fakes/fake-aws.ts';

const targetArn = 'arn:aws:ec2:eu-central-1:111122223333:instance/i-0abc';
const reboot: AwsCall = { service: 'ec2', command: 'RebootInstances', scope: 'target' };
const status: AwsCall = { service: 'ec2', command: 'DescribeInstanceStatus', scope: 'any' };
const scope: Scope = { calls: [reboot, status], targetArn, sessionName: 'inc-1' };

const session: Answer = {
  status: 200,
  body: `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIASESSION</AccessKeyId>
    <SecretAccessKey>s</SecretAccessKey><SessionToken>session-token</SessionToken>
    <Expiration>2026-11-20T10:15:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
};
const rebooted: Answer = {
  status: 200,
  body: '<RebootInstancesResponse><return>true</return></RebootInstancesResponse>',
};

const credentialsFrom = (aws: FakeAws) =>
  stsChangeCredentials({
    account: '111122223333',
    region: 'eu-central-1',
    connection: aws.connection,
    roleArn: 'arn:aws:iam::111122223333:role/change',
  });

test('a session may make only its calls, and only on its target where IAM can narrow them', () => {
  expect(JSON.parse(sessionPolicy(scope))).toEqual({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: ['ec2:RebootInstances'], Resource: targetArn },
      { Effect: 'Allow', Action: ['ec2:DescribeInstanceStatus'], Resource: '*' },
    ],
  });
});

test('a call whose IAM action has another name is granted under that name, once', () => {
  const twice: AwsCall = { ...reboot, command: 'RebootAll', action: 'ec2:RebootInstances' };
  const policy: unknown = JSON.parse(sessionPolicy({ ...scope, calls: [reboot, twice] }));
  expect(policy).toMatchObject({ Statement: [{ Action: ['ec2:RebootInstances'] }] });
});

test.each([
  '*',
  'arn:aws:ec2:eu-central-1:111122223333:instance/*',
  `${targetArn}?`,
  'i-0abc',
  '',
  'arn:aws:s3:::${aws:username}',
])('the target %j, which is not one resource, is refused', (wide) => {
  expect(() => sessionPolicy({ ...scope, targetArn: wide })).toThrow('is not the ARN of one resource');
});

test('a scope without calls is refused, since STS would take it for the whole role', () => {
  expect(() => sessionPolicy({ ...scope, calls: [] })).toThrow('without any AWS call');
});

test('a policy longer than STS takes is refused here', () => {
  const calls = Array.from({ length: 60 }, (_, n): AwsCall => ({
    ...reboot,
    command: `SomeRatherLongNamedCommand${n}`,
  }));
  expect(() => sessionPolicy({ ...scope, calls })).toThrow(/has \d+ characters; STS takes 2048/);
});

test('session names fit STS', () => {
  expect(sessionName('arn:x/y z_ok@team')).toBe('arn-x-y-z_ok@team');
  expect(sessionName('e'.repeat(80))).toHaveLength(64);
  expect(sessionName('ü')).toMatch(/^[\w+=,.@-]{2,64}$/);
});

test('the change is made under the session that STS gave, named after the incident', async () => {
  const aws = new FakeAws(session, rebooted);
  const cloud = await credentialsFrom(aws).assume(scope);
  await cloud.send({ service: 'ec2', command: 'RebootInstances', input: { InstanceIds: ['i-0abc'] } });

  const [assume, change] = aws.requests;
  const asked = new URLSearchParams(assume?.body);
  expect(Object.fromEntries(asked)).toMatchObject({
    Action: 'AssumeRole',
    RoleArn: 'arn:aws:iam::111122223333:role/change',
    RoleSessionName: 'inc-1',
    SourceIdentity: 'inc-1',
    DurationSeconds: '900',
    Policy: sessionPolicy(scope),
  });
  expect(assume?.headers['x-amz-security-token']).toBe('own-role');
  expect(change?.headers['x-amz-security-token']).toBe('session-token');
});

test('a change that got no answer is not sent again', async () => {
  const aws = new FakeAws(session, ec2Error('InternalError', 'oops', 500));
  const cloud = await credentialsFrom(aws).assume(scope);
  const sent = cloud.send({ service: 'ec2', command: 'RebootInstances', input: { InstanceIds: ['i-0abc'] } });
  await expect(sent).rejects.toMatchObject({ name: 'CloudUnavailable' });
  expect(aws.requests).toHaveLength(2);
});

test('the session makes no call outside its scope', async () => {
  const cloud = await credentialsFrom(new FakeAws(session)).assume(scope);
  await expect(cloud.send({ service: 'ec2', command: 'StopInstances', input: {} })).rejects.toMatchObject({
    name: 'ContractBroken',
  });
});

test('a role that cannot be assumed says so with AWS’s code', async () => {
  const aws = new FakeAws(xmlError('AccessDenied', 'not authorized to perform sts:SetSourceIdentity', 403));
  await expect(credentialsFrom(aws).assume(scope)).rejects.toMatchObject({ code: 'AccessDenied' });
});

test('a key grant may be asked for only by AWS, in the name of the call that needs it', () => {
  const start: AwsCall = { service: 'ec2', command: 'StartInstances', scope: 'target', onBehalf: ['kms:CreateGrant'] };
  const policy: unknown = JSON.parse(sessionPolicy({ ...scope, calls: [start] }));
  expect(policy).toMatchObject({
    Statement: [
      { Action: ['ec2:StartInstances'] },
      { Action: 'kms:CreateGrant', Condition: { Bool: { 'kms:GrantIsForAWSResource': 'true' } } },
    ],
  });
});

const unauthorized = ec2Error('UnauthorizedOperation', 'You may not. Encoded authorization failure message: AQoDYXdz');
const decodedAnswer = (message: unknown): Answer => ({
  status: 200,
  body: `<DecodeAuthorizationMessageResponse><DecodeAuthorizationMessageResult><DecodedMessage>${JSON.stringify(message)
    .replaceAll('&', '&amp;')
    .replaceAll(
      '"',
      '&quot;',
    )}</DecodedMessage></DecodeAuthorizationMessageResult></DecodeAuthorizationMessageResponse>`,
});

test('a refusal for lack of permission says which statement refused', async () => {
  const context = {
    action: 'ec2:RebootInstances',
    resource: targetArn,
    principal: { arn: 'arn:aws:sts::111122223333:assumed-role/change/inc-1' },
  };
  const message = {
    allowed: false,
    explicitDeny: true,
    matchedStatements: { items: [{ statementId: 'FreezeProduction' }] },
    context,
  };
  const aws = new FakeAws(session, unauthorized, decodedAnswer(message));
  const cloud = await credentialsFrom(aws).assume(scope);
  await expect(
    cloud.send({ service: 'ec2', command: 'RebootInstances', input: { InstanceIds: ['i-0abc'] } }),
  ).rejects.toThrow(`may not ec2:RebootInstances on ${targetArn}: a policy denies it explicitly (FreezeProduction).`);
});

test('a refusal that may not be decoded keeps the sentence of AWS and loses the blob', async () => {
  const aws = new FakeAws(session, unauthorized, xmlError('AccessDenied', 'no', 403));
  const cloud = await credentialsFrom(aws).assume(scope);
  const refused = cloud.send({ service: 'ec2', command: 'RebootInstances', input: { InstanceIds: ['i-0abc'] } });
  await expect(refused).rejects.toMatchObject({ code: 'UnauthorizedOperation', awsMessage: 'You may not.' });
});
