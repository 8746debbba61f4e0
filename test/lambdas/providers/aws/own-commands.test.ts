import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { awsTransport } from '../../../../lambdas/providers/aws/transport.ts';

test('a command of a team never takes the place of a shipped one of the same name', async () => {
  const made: string[] = [];
  const create = (): DescribeInstancesCommand => {
    made.push('own');
    return new DescribeInstancesCommand({});
  };
  const service = { connect: () => new EC2Client({}), commands: { DescribeInstances: { create } } };
  const connection = {
    endpoint: 'http://127.0.0.1:1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c' },
  };
  const send = awsTransport({
    account: '123456789012',
    region: 'eu-west-1',
    connection,
    ownCommands: { ec2: async () => ({ service }) },
  });
  await expect(send('read', { service: 'ec2', command: 'DescribeInstances', input: {} })).rejects.toThrow();
  expect(made).toEqual([]);
});
