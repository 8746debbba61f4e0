import { expect, test } from 'vitest';
import { ERROR } from '../../../lambdas/contracts/error-names.ts';
import { APP, BUSY_SERVER, ExampleWorld } from './example-world.ts';

const ids = { InstanceIds: [APP] };
const withFaults = (faults: string): ExampleWorld => new ExampleWorld(`${BUSY_SERVER}\nfaults:\n${faults}`);

test('an error happens as often as it says, and no more', async () => {
  const example = withFaults(
    '  - { command: ec2:StartInstances, times: 2, error: { code: InsufficientInstanceCapacity } }',
  );
  for (let n = 0; n < 2; n++)
    expect((await example.refusal('ec2:StartInstances', ids)).code).toBe('InsufficientInstanceCapacity');
  await example.send('ec2:StartInstances', ids);
  expect(example.calls.map((call) => call.outcome)).toEqual([
    'InsufficientInstanceCapacity',
    'InsufficientInstanceCapacity',
    'ok',
  ]);
});

test('an error affects only calls with that input', async () => {
  const example = withFaults(
    '  - { command: ec2:DescribeInstanceTypes, match: { InstanceTypes: [m6i.large] }, error: { code: InternalError, message: Boom } }',
  );
  await example.send('ec2:DescribeInstanceTypes', { InstanceTypes: ['t3.small'] });
  const refusal = await example.refusal('ec2:DescribeInstanceTypes', { InstanceTypes: ['t3.small', 'm6i.large'] });
  expect(refusal).toEqual({ code: 'InternalError', message: 'Boom' });
});

test('access denied is the error of EC2 with its encoded message, also in a dry run', async () => {
  const example = withFaults('  - { command: ec2:StopInstances, error: { code: UnauthorizedOperation } }');
  const { code, message } = await example.refusal('ec2:StopInstances', { ...ids, DryRun: true });
  expect(code).toBe('UnauthorizedOperation');
  expect(message).toMatch(
    /^You are not authorized to perform this operation\..*ec2:StopInstances.*Encoded authorization failure message: \S{100,}$/,
  );
});

test('a short throttle is retried on simulated time and recorded each time', async () => {
  const example = withFaults('  - { command: ec2:DescribeInstances, times: 2, throttle: true }');
  await example.send('ec2:DescribeInstances', ids);
  expect(example.calls.map((call) => call.outcome)).toEqual(['RequestLimitExceeded', 'RequestLimitExceeded', 'ok']);
  expect(example.clock.now().getTime()).toBeGreaterThan(Date.parse('2026-11-20T09:26:20Z'));
});

test('a throttle that outlives the retries is an outage', async () => {
  const example = withFaults('  - { command: cloudwatch:DescribeAlarms, throttle: true }');
  await expect(example.send('cloudwatch:DescribeAlarms')).rejects.toMatchObject({ code: ERROR.cloudUnavailable });
  expect(example.calls.map((call) => call.outcome)).toEqual(['Throttling', 'Throttling', 'Throttling']);
});

test('a delay passes on simulated time', async () => {
  const example = withFaults('  - { command: ec2:DescribeInstances, delaySeconds: 40 }');
  await example.send('ec2:DescribeInstances', ids);
  expect(example.calls[0]?.time).toBe('2026-11-20T09:27:00.000Z');
});

test('drift right after the dry run happens once', async () => {
  const example = withFaults(`
  - after: { command: 'ec2:*', dryRun: true }
    set: { instance: ${APP}, type: t3.medium, tags: { changed-by: maria } }`);
  await example.send('ec2:DescribeInstances', ids);
  expect((await example.instance()).type).toBe('t3.small');
  await example.refusal('ec2:StopInstances', { ...ids, DryRun: true });
  expect(await example.instance()).toMatchObject({ type: 't3.medium', tags: { 'changed-by': 'maria', Name: 'app' } });
});

test('drift happens just before the second call', async () => {
  const example = withFaults(`
  - before: { command: ec2:DescribeInstances, nth: 2 }
    set: { instance: ${APP}, state: stopped }`);
  expect((await example.instance()).state).toBe('running');
  expect((await example.instance()).state).toBe('stopped');
});
