import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { Publish } from '../../contracts/ports.ts';
import { CONNECTION } from './connection.ts';
import { translateAwsError } from './errors.ts';

/** Publishes texts on a topic of the team. */
export const topicPublish =
  (topicArn: string, client = new SNSClient(CONNECTION)): Publish =>
  async (message) => {
    await client.send(new PublishCommand({ TopicArn: topicArn, Message: message })).catch((error: unknown) => {
      throw translateAwsError('sns:Publish', error);
    });
  };
