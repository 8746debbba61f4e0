import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { EVERYONE } from '../../contracts/audience.ts';
import type { Notifier } from '../../contracts/ports.ts';
import { CONNECTION } from './connection.ts';
import { translated } from './errors.ts';

/** SNS takes subjects below 100 characters of printable ASCII. */
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
      throw translated('sns:Publish', error);
    });
  },
});

/** The nearest subject that SNS takes: accents go, other characters and line breaks become plain ones. */
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
