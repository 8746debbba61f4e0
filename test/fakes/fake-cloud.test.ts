import { expect, test } from 'vitest';
import { CloudError } from '../../lambdas/contracts/errors.ts';
import type { CloudRequest } from '../../lambdas/contracts/ports.ts';
import { FakeCloud } from './fake-cloud.ts';

const cloud = () => new FakeCloud([{ service: 'ec2', command: 'DescribeInstances' }]);
const describe: CloudRequest = { service: 'ec2', command: 'DescribeInstances', input: { InstanceIds: ['i-1'] } };

test('answers come in order, and the last one is repeated', async () => {
  const fake = cloud().answers('ec2', 'DescribeInstances', { n: 1 }, { n: 2 });
  expect([await fake.send(describe), await fake.send(describe), await fake.send(describe)]).toEqual([
    { n: 1 },
    { n: 2 },
    { n: 2 },
  ]);
});

test('an answer can be an error or depend on the input', async () => {
  const fake = cloud().answers('ec2', 'DescribeInstances', new CloudError('Nope', 'no'), ({ InstanceIds = [] }) => ({
    InstanceIds,
  }));
  await expect(fake.send(describe)).rejects.toThrow('Nope: no');
  expect(await fake.send(describe)).toEqual({ InstanceIds: ['i-1'] });
});

test('a call outside the manifest fails, and is recorded', async () => {
  const fake = cloud();
  await expect(fake.send({ ...describe, command: 'StopInstances' })).rejects.toThrow(
    'ec2:StopInstances is not in the manifest',
  );
  expect(fake.commands).toEqual(['StopInstances']);
});

test('a call without a scripted answer fails', async () => {
  await expect(cloud().send(describe)).rejects.toThrow('ec2:DescribeInstances has no scripted answer');
});

test('what was sent can be read back by command', async () => {
  const fake = cloud().answers('ec2', 'DescribeInstances', {});
  await fake.send(describe);
  expect(fake.inputsOf('DescribeInstances')).toEqual([{ InstanceIds: ['i-1'] }]);
});
