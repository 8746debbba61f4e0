import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { busApprovalEvents } from '../../../../lambdas/adapters/aws/approval-events.ts';
import type { ApprovalWaiting } from '../../../../lambdas/contracts/approval-waiting.ts';
import { FakeAws, json, jsonError, type FakeAwsAnswer } from '../../../fakes/fake-aws.ts';

const event: ApprovalWaiting = {
  version: '1',
  incidentId: 'inc-1',
  agent: 'ec2-responder',
  approvalId: 'a-1',
  reminder: 0,
  approvers: ['sre@example.com'],
  needed: 1,
  expiresAt: '2026-11-02T03:20:00.000Z',
  tool: 'resize_instance',
  target: {
    id: 'i-1',
    arn: 'arn:aws:ec2:eu-west-1:1:instance/i-1',
    ref: 'arn:aws:ec2:eu-west-1:1:instance/i-1',
    account: '1',
    region: 'eu-west-1',
    environment: 'production',
  },
};

const Body = z.object({ Entries: z.array(z.looseObject({ Detail: z.string() })) });

const put = async (answer: FakeAwsAnswer) => {
  const aws = new FakeAws(answer);
  await busApprovalEvents(new EventBridgeClient({ ...aws.connection, maxAttempts: 1 })).waiting(event);
  return aws.request;
};

test('the event is put on the default bus under the source and type that IAM allows', async () => {
  const { body } = await put(json({ FailedEntryCount: 0, Entries: [{ EventId: 'e-1' }] }));
  const { Entries } = Body.parse(JSON.parse(body));
  expect(Entries).toMatchObject([
    { Source: 'checkrein', DetailType: 'approval.waiting', Resources: [event.target.ref] },
  ]);
  expect(JSON.parse(Entries[0]?.Detail ?? '')).toEqual(event);
});

test('an entry that the bus rejects is an error, although the call succeeds', async () => {
  await expect(
    put(json({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure', ErrorMessage: 'later' }] })),
  ).rejects.toMatchObject({ code: 'InternalFailure' });
});

test('a refused call is an error with AWS’s code', async () => {
  await expect(put(jsonError('AccessDeniedException', 'no events:PutEvents'))).rejects.toMatchObject({
    code: 'AccessDeniedException',
  });
});
