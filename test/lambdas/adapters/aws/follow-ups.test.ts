import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { defaultEventBus } from '../../../../lambdas/adapters/aws/event-bus.ts';
import { busFollowUps } from '../../../../lambdas/adapters/aws/follow-ups.ts';
import type { FollowUp } from '../../../../lambdas/contracts/follow-up.ts';
import { FakeAws, json, jsonError, type FakeAwsAnswer } from '../../../fakes/fake-aws.ts';

const followUp = (n: number): FollowUp => ({ version: '1', incidentId: 'inc-1', part: String(n).padStart(64, '0') });
const Body = z.object({ Entries: z.array(z.looseObject({ Detail: z.string() })) });

const taken = { EventId: 'e' };
const rejected = { ErrorCode: 'ThrottlingException', ErrorMessage: 'later' };

/** Raises so many follow-ups on a bus with these answers. Returns what failed, and how many entries each call had. */
const raise = async (count: number, ...answers: readonly FakeAwsAnswer[]) => {
  const aws = new FakeAws(...answers);
  const bus = busFollowUps(defaultEventBus(new EventBridgeClient({ ...aws.connection, maxAttempts: 1 })));
  const failed = await bus.raise(Array.from({ length: count }, (_, n) => followUp(n)));
  return { failed, sent: aws.requests.map(({ body }) => Body.parse(JSON.parse(body)).Entries) };
};

const answer = (...Entries: readonly (typeof taken | typeof rejected)[]): FakeAwsAnswer =>
  json({ FailedEntryCount: Entries.filter((one) => one === rejected).length, Entries });
const all = (count: number): FakeAwsAnswer => answer(...Array.from({ length: count }, () => taken));

test('a follow-up is put on the bus as a reference and nothing else', async () => {
  const { failed, sent } = await raise(1, all(1));
  expect(failed).toEqual([]);
  expect(sent).toMatchObject([[{ Source: 'checkrein.follow-up', DetailType: 'follow-up.due' }]]);
  expect(JSON.parse(sent[0]?.[0]?.Detail ?? '')).toEqual(followUp(0));
});

test('twelve follow-ups are two calls', async () => {
  const { failed, sent } = await raise(12, all(10), all(2));
  expect([failed, sent.map(({ length }) => length)]).toEqual([[], [10, 2]]);
});

test('entries that the bus rejects are sent again, and only those', async () => {
  const { failed, sent } = await raise(3, answer(taken, rejected, taken), all(1));
  expect(failed).toEqual([]);
  expect(sent[1]?.map(({ Detail }) => Detail)).toEqual([JSON.stringify(followUp(1))]);
});

test('an entry that the bus rejects three times is returned with the reason', async () => {
  const { failed, sent } = await raise(1, answer(rejected), answer(rejected), answer(rejected));
  expect(sent).toHaveLength(3);
  expect(failed).toEqual([{ followUp: followUp(0), reason: 'events:PutEvents: ThrottlingException later' }]);
});

test('a refused call is a failure of each of its follow-ups', async () => {
  const denied = jsonError('AccessDeniedException', 'no events:PutEvents');
  const { failed } = await raise(2, denied, denied, denied);
  expect(failed.map(({ reason }) => reason)).toEqual([
    'events:PutEvents: AccessDeniedException: no events:PutEvents',
    'events:PutEvents: AccessDeniedException: no events:PutEvents',
  ]);
});
