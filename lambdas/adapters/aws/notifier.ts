import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { EVERYONE } from '../../contracts/audience.ts';
import type { Notifier } from '../../contracts/ports.ts';
import { CONNECTION } from './connection.ts';
import { translateAwsError } from './errors.ts';

/** SNS takes subjects of fewer than 100 printable ASCII characters. */
const SUBJECT_LENGTH = 99;

/** Sends messages to people through an SNS topic. */
export const snsNotifier = (topicArn: string, client = new SNSClient(CONNECTION)): Notifier => ({
  notify: async ({ about, incidentId, subject, text, audience = EVERYONE }) => {
    const command = new PublishCommand({
      TopicArn: topicArn,
      Subject: asSubject(subject),
      Message: text,
      MessageAttributes: {
        audience: { DataType: 'String', StringValue: audience },
        about: { DataType: 'String', StringValue: about },
        incident: { DataType: 'String', StringValue: incidentId },
      },
    });
    await client.send(command).catch((error: unknown) => {
      throw translateAwsError('sns:Publish', error);
    });
    return 'sent';
  },
});

/** The nearest subject that SNS accepts: accents are dropped, other characters and line breaks become ASCII. */
const asSubject = (subject: string): string => {
  const ascii = subject
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[‐-―→]/gu, '-')
    .replace(/[‘’‚“”„]/gu, "'")
    .replace(/\s+/g, ' ')
    .replace(/[^ -~]/gu, '?')
    .trim();
  return ascii.length > SUBJECT_LENGTH ? `${ascii.slice(0, SUBJECT_LENGTH - 3)}...` : ascii || 'Checkrein';
};
