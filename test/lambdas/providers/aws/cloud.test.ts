import { expect, test } from 'vitest';
import { awsCloudAccess } from '../../../../lambdas/providers/aws/cloud.ts';
import { COMMAND_TABLE } from '../../../../lambdas/providers/aws/commands/table.ts';
import { callsOf, isAwsCall, type AwsCall } from '../../../../lambdas/contracts/tool.ts';
import { OPEN_READS, VERIFY_READS } from '../../../../lambdas/contracts/step-reads.ts';
import type { CloudRequest } from '../../../../lambdas/contracts/ports.ts';
import { CATALOGUE } from '../../../../lambdas/tools/catalogue.ts';
import { ec2Error, FakeAws, json, jsonError, xmlError, type FakeAwsAnswer } from '../../../fakes/fake-aws.ts';

const reboot: CloudRequest & Pick<AwsCall, 'service'> = {
  service: 'ec2',
  command: 'RebootInstances',
  input: { InstanceIds: ['i-1'] },
};
const callOf = ({ service, command }: Pick<AwsCall, 'service' | 'command'>): AwsCall => ({
  service,
  command,
  scope: 'any',
});

/** An incident without an alarm is where Checkrein is. */
const HERE = { incidentId: 'inc-1', accountRegion: null };

/** Sends one request to an AWS that gives these answers. */
const send = (request: CloudRequest & Pick<AwsCall, 'service'>, ...answers: FakeAwsAnswer[]) => {
  const aws = new FakeAws(...answers);
  const outcomes: string[] = [];
  const access = awsCloudAccess({
    account: '111122223333',
    region: 'eu-central-1',
    connection: { ...aws.connection, maxAttempts: 2 },
    onCall: ({ command }, outcome) => outcomes.push(`${command} ${outcome}`),
  });
  return { aws, outcomes, answer: access([callOf(request)], HERE).send(request) };
};

test('the table has exactly the commands that some manifest, Open or Verify names', async () => {
  const calls = CATALOGUE.manifests.flatMap(callsOf);
  const services = new Set([...calls, ...OPEN_READS, ...VERIFY_READS].filter(isAwsCall).map(({ service }) => service));
  expect(Object.keys(COMMAND_TABLE).sort()).toEqual([...services].sort());
  for (const [name, load] of Object.entries(COMMAND_TABLE)) {
    const named = [...calls, ...OPEN_READS, ...VERIFY_READS]
      .filter(({ service }) => service === name)
      .map(({ command }) => command);
    const { service } = await load();
    expect(Object.keys(service.commands).sort(), name).toEqual([...new Set(named)].sort());
  }
});

test('a command is built from the class of its own name', async () => {
  for (const load of Object.values(COMMAND_TABLE)) {
    const { service } = await load();
    for (const [name, command] of Object.entries(service.commands))
      expect(command.create({}).constructor.name).toBe(`${name}Command`);
  }
});

test('a call that the manifest does not list never leaves', async () => {
  const aws = new FakeAws(json({}));
  const access = awsCloudAccess({ account: '111122223333', region: 'eu-central-1', connection: aws.connection });
  const cloud = access([callOf(reboot)], HERE);
  await expect(cloud.send({ service: 'ec2', command: 'StopInstances', input: {} })).rejects.toMatchObject({
    name: 'ContractBroken',
    message: 'A tool called ec2:StopInstances, which its manifest does not list (listed: ec2:RebootInstances).',
  });
  expect(aws.requests).toEqual([]);
});

test('a listed call without a line in the command table is an error that names it', async () => {
  const { answer } = send({ service: 'ec2', command: 'TerminateInstances', input: {} }, json({}));
  await expect(answer).rejects.toThrow('No line for TerminateInstances in lambdas/providers/aws/commands/ec2.ts');
});

test('ISO times of tools reach AWS as times, and times of AWS come back as ISO', async () => {
  const { aws, answer } = send(
    { service: 'cloudtrail', command: 'LookupEvents', input: { StartTime: '2026-11-01T00:00:00Z' } },
    json({ Events: [{ EventName: 'RunInstances', EventTime: 1_793_491_200.5 }] }),
  );
  expect(await answer).toEqual({ Events: [{ EventName: 'RunInstances', EventTime: '2026-11-01T00:00:00.500Z' }] });
  expect(aws.request.body).toBe('{"StartTime":1793491200}');
});

test('an invalid time is refused before AWS sees it', async () => {
  const { aws, answer } = send(
    { service: 'cloudwatch', command: 'GetMetricData', input: { StartTime: 'yesterday', MetricDataQueries: [] } },
    json({}),
  );
  await expect(answer).rejects.toThrow('StartTime is "yesterday"; expected an ISO 8601 time.');
  expect(aws.requests).toEqual([]);
});

test('prices are read from us-east-1', async () => {
  const { aws, answer } = send(
    { service: 'pricing', command: 'GetProducts', input: { ServiceCode: 'AmazonEC2' } },
    json({ PriceList: [] }),
  );
  await answer;
  expect(aws.request.hostname).toBe('api.pricing.us-east-1.amazonaws.com');
});

test.each([
  ['DryRunOperation', 412, 'Request would have succeeded, but DryRun flag is set.'],
  ['UnauthorizedOperation', 403, 'You are not authorized. Encoded authorization failure message: aGVsbG8'],
  ['InsufficientInstanceCapacity', 500, 'We currently do not have sufficient t3.large capacity in eu-central-1a.'],
])('%s comes back with AWS’s own code and message', async (code, status, message) => {
  const { aws, answer, outcomes } = send(reboot, ec2Error(code, message, status));
  await expect(answer).rejects.toMatchObject({ name: code, code, awsMessage: message });
  expect(aws.requests[0]?.body).toContain('Action=RebootInstances');
  expect(outcomes).toEqual([`RebootInstances ${code}`]);
});

test('the error code is the one AWS sent, even if the SDK’s class has another name', async () => {
  const { answer } = send(
    {
      service: 'autoscaling',
      command: 'SetDesiredCapacity',
      input: { AutoScalingGroupName: 'web', DesiredCapacity: 3 },
    },
    xmlError('ScalingActivityInProgress', 'Scaling activity is in progress and blocks this update.'),
  );
  await expect(answer).rejects.toMatchObject({ code: 'ScalingActivityInProgress' });
});

test.each<[string, FakeAwsAnswer]>([
  ['a throttle', ec2Error('RequestLimitExceeded', 'Request limit exceeded.', 503)],
  ['an outage', ec2Error('InternalError', 'An internal error has occurred', 500)],
  ['a gateway that answers in HTML', { status: 502, body: '<html>Bad Gateway</html>' }],
  ['a network failure', { network: Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }) }],
  ['a timeout', { network: Object.assign(new Error('timed out'), { name: 'TimeoutError' }) }],
])('%s that outlives the retries is unavailable', async (_, fault) => {
  const { aws, answer, outcomes } = send(reboot, fault);
  await expect(answer).rejects.toMatchObject({ name: 'CloudUnavailable' });
  expect(aws.requests.length).toBeGreaterThan(1);
  expect(outcomes).toEqual(['RebootInstances unavailable']);
});

test('a throttle that a retry survives is not reported', async () => {
  const { aws, answer } = send(
    { service: 'logs', command: 'StartQuery', input: { queryString: 'fields @message' } },
    jsonError('ThrottlingException', 'Rate exceeded'),
    json({ queryId: 'q-1' }),
  );
  expect(await answer).toEqual({ queryId: 'q-1' });
  expect(aws.requests).toHaveLength(2);
});

test.each<[string, string, number, string]>([
  ['a request that did not arrive in time', 'RequestTimeout', 400, 'Your socket connection was not read from.'],
  ['an expired request', 'RequestExpired', 400, 'Request has expired.'],
  [
    'a clock that is wrong',
    'RequestTimeTooSkewed',
    403,
    'The difference between the request time and now is too large.',
  ],
  [
    'a signature of another time',
    'SignatureDoesNotMatch',
    403,
    'Signature not yet current: 20261121T1 is still later than 2.',
  ],
  ['an exceeded rate under another code', 'ValidationError', 400, 'Rate exceeded'],
])('%s is unavailability, and not a refusal', async (_, code, status, message) => {
  const { answer } = send(reboot, ec2Error(code, message, status));
  await expect(answer).rejects.toMatchObject({ name: 'CloudUnavailable' });
});

test.each([
  ['AuthFailure', 'AWS was not able to validate the provided access credentials'],
  ['SignatureDoesNotMatch', 'The request signature we calculated does not match the signature you provided.'],
])('%s that is not about time is a refusal', async (code, message) => {
  const { answer } = send(reboot, ec2Error(code, message, 403));
  await expect(answer).rejects.toMatchObject({ code });
});

test('an error names the call that failed, and on what', async () => {
  const { answer } = send(reboot, ec2Error('IncorrectState', 'Not now', 400));
  await expect(answer).rejects.toThrow('ec2:RebootInstances on i-1 failed: IncorrectState: Not now');
  const { answer: outage } = send(reboot, ec2Error('InternalError', 'An internal error has occurred', 500));
  await expect(outage).rejects.toThrow(/^ec2:RebootInstances on i-1 got no usable response/);
});
