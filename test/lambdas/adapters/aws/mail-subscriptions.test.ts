import { SNSClient } from '@aws-sdk/client-sns';
import { expect, test } from 'vitest';
import { snsMailSubscriptions } from '../../../../lambdas/adapters/aws/mail-subscriptions.ts';
import { FakeAws, xmlError } from '../../../fakes/fake-aws.ts';

const member = (protocol: string, endpoint: string, arn: string) =>
  `<member><Protocol>${protocol}</Protocol><Endpoint>${endpoint}</Endpoint><SubscriptionArn>${arn}</SubscriptionArn></member>`;
const page = (members: string, next = '') => ({
  status: 200,
  body: `<ListSubscriptionsByTopicResponse><ListSubscriptionsByTopicResult><Subscriptions>${members}</Subscriptions>${next}</ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>`,
});

test('all pages are read; one that waits for confirmation, or was ended by its mailbox, is not confirmed', async () => {
  const aws = new FakeAws(
    page(
      member('email', 'a@example.com', 'arn:aws:sns:eu-west-1:1:t:s') + member('sqs', 'arn:aws:sqs:x', 'arn:aws:sns:x'),
      '<NextToken>more</NextToken>',
    ),
    page(member('email', 'b@example.com', 'PendingConfirmation') + member('email', 'c@example.com', 'Deleted')),
  );
  expect(await snsMailSubscriptions(new SNSClient(aws.connection))('arn:topic')).toEqual([
    { email: 'a@example.com', confirmed: true },
    { email: 'b@example.com', confirmed: false },
    { email: 'c@example.com', confirmed: false },
  ]);
});

test('a topic that cannot be listed is an error, never a list without approvers', async () => {
  const aws = new FakeAws(xmlError('AuthorizationError', 'no', 403));
  await expect(snsMailSubscriptions(new SNSClient(aws.connection))('arn:topic')).rejects.toMatchObject({
    code: 'AuthorizationError',
  });
});
