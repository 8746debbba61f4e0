import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { SFNClient } from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import { raiseAlarm } from '../../bin/operator/doctor-alarm.ts';
import { FakeAws, json, jsonError, type FakeAwsAnswer } from '../fakes/fake-aws.ts';

const RUN = { run: '0b0e7c1a-5f0e-4d3b-9a51-2f6d3c1b7e11', notify: true };
const FLOW = 'arn:aws:states:eu-west-1:123456789012:stateMachine:flow';
const ALARM = 'checkrein-self-Checkrein-doctor';
const denied = jsonError('AccessDeniedException', 'not authorized');

const arnOf = (name: string): string => `arn:aws:states:eu-west-1:123456789012:execution:flow:${name}`;
const listed = (...names: string[]) =>
  json({
    executions: names.map((name) => ({
      executionArn: arnOf(name),
      stateMachineArn: FLOW,
      name,
      status: 'RUNNING',
      startDate: 1,
    })),
  });
const described = (name: string, status: string, more: object = {}) =>
  json({ executionArn: arnOf(name), stateMachineArn: FLOW, name, status, startDate: 1, ...more });
const input = JSON.stringify({ event: { detail: { state: { reason: `checkrein doctor, run ${RUN.run}` } } } });
const ended = (name: string, incidentId: string) =>
  described(name, 'SUCCEEDED', { output: JSON.stringify({ incidentId }) });

/** Raises the alarm with scripted answers. Returns the result, and what was sent to CloudWatch. */
const raised = async (states: FakeAwsAnswer[], alarms: FakeAwsAnswer = json({})) => {
  const [sfn, cloudWatch] = [new FakeAws(...states), new FakeAws(alarms)];
  const clients = [new SFNClient(sfn.connection), new CloudWatchClient(cloudWatch.connection)] as const;
  const result = await raiseAlarm(clients[0], ALARM, FLOW, RUN, clients[1]);
  return { result, sent: cloudWatch.requests.map(({ body }): unknown => JSON.parse(body)) };
};

test('the alarm is lowered, raised and lowered again, and the execution with the run in its input is awaited', async () => {
  const { result, sent } = await raised([
    listed('before'),
    listed('other', 'mine', 'before'),
    described('other', 'RUNNING', { input: '{}' }),
    described('mine', 'RUNNING', { input }),
    ended('mine', 'mine'),
  ]);
  expect(result).toEqual({ incident: 'mine', status: 'SUCCEEDED' });
  const reason = `checkrein doctor, run ${RUN.run}, with a message to the approvers`;
  expect(sent).toMatchObject([
    { AlarmName: ALARM, StateValue: 'OK' },
    { AlarmName: ALARM, StateValue: 'ALARM', StateReason: reason },
    { AlarmName: ALARM, StateValue: 'OK' },
  ]);
});

test('an execution that only joined the incident is not taken for it', async () => {
  const { result } = await raised([
    listed(),
    listed('copy', 'mine'),
    described('copy', 'RUNNING', { input }),
    described('mine', 'RUNNING', { input }),
    ended('copy', 'mine'),
    ended('mine', 'mine'),
  ]);
  expect(result).toEqual({ incident: 'mine', status: 'SUCCEEDED' });
});

test('a failed execution is reported with its cause, and the alarm is lowered again', async () => {
  const { result, sent } = await raised([
    listed(),
    listed('mine'),
    described('mine', 'RUNNING', { input }),
    described('mine', 'FAILED', { cause: 'The key is disabled.' }),
  ]);
  expect(result).toEqual({ incident: 'mine', status: 'FAILED', reason: 'The key is disabled.' });
  expect(sent).toHaveLength(3);
});

test('a missing right is named, and without it no alarm is raised', async () => {
  const unlisted = await raised([denied]);
  expect([unlisted.result, unlisted.sent]).toEqual([{ mayNot: 'states:ListExecutions' }, []]);
  expect((await raised([listed()], denied)).result).toEqual({ mayNot: 'cloudwatch:SetAlarmState' });
});
