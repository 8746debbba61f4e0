import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { JsonObject } from '../../../lambdas/contracts/json.ts';
import { ExampleWorld } from './example-world.ts';

/** The world of a scenario, with the id of its only server in place of the usual one. */
const scenario = (name: string): { example: ExampleWorld; id: string; alarm: string } => {
  const text = readFileSync(`scenarios/${name}/world.yaml`, 'utf8');
  const [id = ''] = /i-[0-9a-f]{17}/.exec(text) ?? [];
  const [, alarm = ''] = /alarms:\n {2}- name: (\S+)/.exec(text) ?? [];
  return { example: new ExampleWorld(text), id, alarm };
};

const heals = async (name: string, type: string): Promise<string> => {
  const { example, id, alarm } = scenario(name);
  expect(await example.alarm(alarm)).toBe('ALARM');
  await example.resize(type, id);
  example.wait(300);
  return example.alarm(alarm);
};

test.each([
  ['undersized-instance', 'm6i.xlarge'],
  ['duplicate-alarm', 'm6i.xlarge'],
  ['approver-denies', 'm6i.xlarge'],
  ['approver-denies', 't3.xlarge'],
  ['capacity-error', 'm6i.2xlarge'],
  ['capacity-error', 'c6i.xlarge'],
  ['drift', 'm6i.xlarge'],
])('%s is healed by %s', async (name, type) => {
  expect(await heals(name, type)).toBe('OK');
});

test('fix-does-not-help: no size is enough', async () => {
  expect(await heals('fix-does-not-help', 'm6i.8xlarge')).toBe('ALARM');
});

test('capacity-error: there is no m6i.xlarge', async () => {
  await expect(heals('capacity-error', 'm6i.xlarge')).rejects.toThrow('InsufficientInstanceCapacity');
});

test('cut-over-30-percent: seven instances are few enough to heal the alarm', async () => {
  const { example, alarm } = scenario('cut-over-30-percent');
  expect(await example.alarm(alarm)).toBe('ALARM');
  await example.send('autoscaling:SetDesiredCapacity', { AutoScalingGroupName: 'web-fleet', DesiredCapacity: 7 });
  example.wait(600);
  expect(await example.alarm(alarm)).toBe('OK');
});

test('drift: the instance has changed after the dry run of its resize', async () => {
  const { example, id } = scenario('drift');
  expect(await example.instance(id)).toMatchObject({ type: 't3.small' });
  await example.refusal('ec2:StartInstances', { InstanceIds: [id], DryRun: true });
  expect(await example.instance(id)).toMatchObject({ type: 't3.medium', tags: { 'changed-by': 'maria' } });
});

test('read-only-triage: the log has the cause, which the metric does not show', async () => {
  const { example, alarm } = scenario('read-only-triage');
  expect(await example.alarm(alarm)).toBe('ALARM');
  const query = {
    logGroupName: '/app/payments',
    queryString: 'filter @message like "FATAL"',
    startTime: 0,
    endTime: 2 ** 40,
  };
  const started = await example.send('logs:StartQuery', query);
  example.wait(2);
  expect(JSON.stringify(await example.send('logs:GetQueryResults', JsonObject.parse(started)))).toContain(
    'password authentication failed',
  );
});
