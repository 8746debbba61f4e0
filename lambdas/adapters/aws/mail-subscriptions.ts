import { paginateListSubscriptionsByTopic, SNSClient } from '@aws-sdk/client-sns';
import type { MailSubscription, MailSubscriptions } from '../../contracts/ports.ts';
import { CONNECTION } from './connection.ts';
import { translateAwsError } from './errors.ts';

/** Lists the e-mail subscriptions of an SNS topic. */
export const snsMailSubscriptions =
  (client = new SNSClient(CONNECTION)): MailSubscriptions =>
  async (TopicArn) => {
    const all: MailSubscription[] = [];
    try {
      for await (const { Subscriptions = [] } of paginateListSubscriptionsByTopic({ client }, { TopicArn }))
        for (const { Protocol, Endpoint = '', SubscriptionArn = '' } of Subscriptions)
          // An unconfirmed one has the text PendingConfirmation in place of an ARN, an unsubscribed one Deleted.
          if (Protocol === 'email') all.push({ email: Endpoint, confirmed: SubscriptionArn.startsWith('arn:') });
    } catch (error) {
      throw translateAwsError('sns:ListSubscriptionsByTopic', error);
    }
    return all;
  };
