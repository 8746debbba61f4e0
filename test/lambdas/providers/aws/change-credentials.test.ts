import { expect, test } from 'vitest';
import { stsChangeCredentials } from '../../../../lambdas/providers/aws/change-credentials.ts';
import { changeSessionPolicy } from '../../../../lambdas/providers/aws/session-policy.ts';
import type { AwsCall } from '../../../../lambdas/contracts/tool.ts';
import type { CloudRequest } from '../../../../lambdas/contracts/ports.ts';
import { assumedRole, ec2Error, FakeAws, rebooted, xmlError, type FakeAwsAnswer } from '../../../fakes/fake-aws.ts';
import type { AwsChangeScope } from '../../../../lambdas/providers/aws/change-scope.ts';

const targetArn = 'arn:aws:ec2:eu-central-1:111122223333:instance/i-0abc';
const reboot: AwsCall = { service: 'ec2', command: 'RebootInstances', scope: 'target' };
const status: AwsCall = { service: 'ec2', command: 'DescribeInstanceStatus', scope: 'any' };
const location = { incidentId: 'inc-1', accountRegion: { account: '111122223333', region: 'eu-central-1' } };
const scope: AwsChangeScope = { calls: [reboot, status], targetArn, location, sessionName: 'apply-inc-1' };

const session = assumedRole('session-token');
const request: CloudRequest = { service: 'ec2', command: 'RebootInstances', input: { InstanceIds: ['i-0abc'] } };

const credentialsFrom = (aws: FakeAws) =>
  stsChangeCredentials({
    account: '111122223333',
    region: 'eu-central-1',
    connection: aws.connection,
    roleArn: 'arn:aws:iam::111122223333:role/change',
  });

test('the change is made under the session that STS gave, named after the incident', async () => {
  const aws = new FakeAws(session, rebooted);
  const cloud = await credentialsFrom(aws).assume(scope);
  await cloud.send(request);

  const [assume, change] = aws.requests;
  const parameters = new URLSearchParams(assume?.body);
  expect(Object.fromEntries(parameters)).toMatchObject({
    Action: 'AssumeRole',
    RoleArn: 'arn:aws:iam::111122223333:role/change',
    RoleSessionName: 'apply-inc-1',
    SourceIdentity: 'inc-1',
    DurationSeconds: '900',
    Policy: changeSessionPolicy(scope),
  });
  expect(assume?.headers['x-amz-security-token']).toBe('own-role');
  expect(change?.headers['x-amz-security-token']).toBe('session-token');
});

test.each([
  ['arn:x/y z_ok@team', 'arn-x-y-z_ok@team'],
  ['e'.repeat(80), 'e'.repeat(64)],
  ['ü', '--'],
])('the session name %j is sent as STS accepts it', async (sessionName, sent) => {
  const aws = new FakeAws(session);
  await credentialsFrom(aws).assume({ ...scope, sessionName });
  expect(new URLSearchParams(aws.request.body).get('RoleSessionName')).toBe(sent);
});

test('a change that got no answer is not sent again', async () => {
  const aws = new FakeAws(session, ec2Error('InternalError', 'oops', 500));
  const cloud = await credentialsFrom(aws).assume(scope);
  const sent = cloud.send(request);
  await expect(sent).rejects.toMatchObject({ name: 'CloudUnavailable' });
  expect(aws.requests).toHaveLength(2);
});

test('the session makes no call outside its scope', async () => {
  const cloud = await credentialsFrom(new FakeAws(session)).assume(scope);
  await expect(cloud.send({ service: 'ec2', command: 'StopInstances', input: {} })).rejects.toMatchObject({
    name: 'ContractBroken',
  });
});

test('a role that cannot be assumed is an error with AWS’s code', async () => {
  const aws = new FakeAws(xmlError('AccessDenied', 'not authorized to perform sts:SetSourceIdentity', 403));
  await expect(credentialsFrom(aws).assume(scope)).rejects.toMatchObject({ code: 'AccessDenied' });
});

const unauthorized = ec2Error('UnauthorizedOperation', 'You may not. Encoded authorization failure message: AQoDYXdz');
const decodedAnswer = (message: unknown): FakeAwsAnswer => ({
  status: 200,
  body: `<DecodeAuthorizationMessageResponse><DecodeAuthorizationMessageResult><DecodedMessage>${JSON.stringify(message)
    .replaceAll('&', '&amp;')
    .replaceAll(
      '"',
      '&quot;',
    )}</DecodedMessage></DecodeAuthorizationMessageResult></DecodeAuthorizationMessageResponse>`,
});

test('a denied call names the statement that denied it', async () => {
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
  await expect(cloud.send(request)).rejects.toThrow(
    `may not ec2:RebootInstances on ${targetArn}: a policy denies it explicitly (FreezeProduction).`,
  );
});

test('a denial that may not be decoded keeps AWS’s message without the encoded part', async () => {
  const aws = new FakeAws(session, unauthorized, xmlError('AccessDenied', 'no', 403));
  const cloud = await credentialsFrom(aws).assume(scope);
  const refused = cloud.send(request);
  await expect(refused).rejects.toMatchObject({ code: 'UnauthorizedOperation', awsMessage: 'You may not.' });
});
