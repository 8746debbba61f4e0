import { inspect } from 'node:util';
import { SFNClient } from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import { sfnCallbacks } from '../../../../lambdas/adapters/aws/callbacks.ts';
import type { ApproveOutput } from '../../../../lambdas/contracts/flow.ts';
import { FakeAws, json, jsonError } from '../../../fakes/fake-aws.ts';

const TOKEN = 'AQCEAAAAKgAAAAMAAAAA-token';
const output: ApproveOutput = { incidentId: 'inc-1', agent: 'ec2', seq: 9, next: 'apply' };
const resume = (aws: FakeAws) =>
  sfnCallbacks(new SFNClient({ ...aws.connection, maxAttempts: 1 })).resume(TOKEN, output);

test('the execution resumes with the output of Approve', async () => {
  const aws = new FakeAws(json({}));
  expect(await resume(aws)).toBe('resumed');
  expect(JSON.parse(aws.request.body)).toEqual({ taskToken: TOKEN, output: JSON.stringify(output) });
});

test.each(['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken'])(
  'an execution that no longer waits (%s) is gone',
  async (code) => {
    expect(await resume(new FakeAws(jsonError(code, 'Task Timed Out')))).toBe('gone');
  },
);

test.each([
  ['CloudUnavailable', jsonError('ThrottlingException', `Rate exceeded for ${TOKEN}`)],
  ['CloudUnavailable', { network: new Error(`socket hang up, sending ${TOKEN}`) }],
  ['ContractBroken', jsonError('ValidationException', `Value '${TOKEN}' at 'taskToken' failed`)],
])('no error shows the token (%s)', async (name, answer) => {
  const error: unknown = await resume(new FakeAws(answer)).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name });
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(TOKEN);
});
