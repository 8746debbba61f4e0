import { SNSClient } from '@aws-sdk/client-sns';
import { expect, test } from 'vitest';
import { snsNotifier } from '../../../../lambdas/adapters/aws/notifier.ts';
import type { Notification } from '../../../../lambdas/contracts/ports.ts';
import { FakeAws, xmlError } from '../../../fakes/fake-aws.ts';

const message: Notification = { about: 'approval', incidentId: 'inc-1', subject: 'Approve a reboot?', text: 'Why: …' };
const published = '<PublishResponse><PublishResult><MessageId>m-1</MessageId></PublishResult></PublishResponse>';

const publish = async (changes: Partial<Notification>) => {
  const aws = new FakeAws({ status: 200, body: published });
  await snsNotifier('arn:topic', new SNSClient(aws.connection)).notify({ ...message, ...changes });
  return Object.fromEntries(new URLSearchParams(aws.request.body));
};

test('a message for one approver carries their address as its audience', async () => {
  expect(await publish({ audience: 'sre@example.com' })).toMatchObject({
    Action: 'Publish',
    TopicArn: 'arn:topic',
    Subject: 'Approve a reboot?',
    Message: 'Why: …',
    'MessageAttributes.entry.1.Name': 'audience',
    'MessageAttributes.entry.1.Value.StringValue': 'sre@example.com',
  });
});

test('a message without audience is for everyone', async () => {
  expect(await publish({})).toMatchObject({
    'MessageAttributes.entry.1.Name': 'audience',
    'MessageAttributes.entry.1.Value.StringValue': 'everyone',
  });
});

test.each([
  ['Größe: t3.micro → t3.small – „ok“ ✓', "Gro?e: t3.micro - t3.small - 'ok' ?"],
  ['two\nlines\there', 'two lines here'],
  ['', 'Checkrein'],
])('the subject %j is sent as SNS accepts it', async (subject, sent) => {
  const { Subject } = await publish({ subject });
  expect(Subject).toMatch(/^[ -~]{1,99}$/);
  expect(Subject).toBe(sent);
});

test('a long subject is cut and ends in dots', async () => {
  const { Subject } = await publish({ subject: 'a'.repeat(150) });
  expect(Subject).toBe(`${'a'.repeat(96)}...`);
});

test('a denied publish is an error with AWS’s code', async () => {
  const aws = new FakeAws(xmlError('AuthorizationError', 'no sns:Publish', 403));
  const notifier = snsNotifier('arn:topic', new SNSClient(aws.connection));
  await expect(notifier.notify(message)).rejects.toMatchObject({ code: 'AuthorizationError' });
});
