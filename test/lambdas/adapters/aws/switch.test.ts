import { SSMClient } from '@aws-sdk/client-ssm';
import { expect, test } from 'vitest';
import { ssmSwitch } from '../../../../lambdas/adapters/aws/switch.ts';
import { FakeAws, json, jsonError, type FakeAwsAnswer } from '../../../fakes/fake-aws.ts';

const read = async (...answers: FakeAwsAnswer[]) => {
  const aws = new FakeAws(...answers);
  const complaints: unknown[] = [];
  const client = new SSMClient({ ...aws.connection, maxAttempts: 1 });
  const killSwitch = ssmSwitch('/checkrein/switch', { client, onUnreadable: (reason) => complaints.push(reason) });
  return { aws, complaints, position: await killSwitch.read(), killSwitch };
};
const value = (Value: string) => json({ Parameter: { Value } });

test.each(['on', 'propose-only', 'off'])('the switch has the value of the parameter: %s', async (position) => {
  const { aws, complaints, position: stands } = await read(value(position));
  expect(stands).toBe(position);
  expect(complaints).toEqual([]);
  expect(JSON.parse(aws.request.body)).toEqual({ Name: '/checkrein/switch' });
});

test.each<[string, FakeAwsAnswer]>([
  ['holds an unknown word', value('ON')],
  ['is empty', value('')],
  ['is missing', jsonError('ParameterNotFound', '')],
  ['may not be read', jsonError('AccessDeniedException', '')],
  ['does not answer', { network: Object.assign(new Error('timed out'), { name: 'TimeoutError' }) }],
])('a switch that %s is off, and the reason is reported', async (_, answer) => {
  const { position, complaints } = await read(answer);
  expect(position).toBe('off');
  expect(complaints).toHaveLength(1);
});

test('the switch is read fresh every time', async () => {
  const { position, killSwitch } = await read(value('on'), value('off'));
  expect([position, await killSwitch.read()]).toEqual(['on', 'off']);
});
