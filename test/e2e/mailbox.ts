import {
  ConfirmSubscriptionCommand,
  GetSubscriptionAttributesCommand,
  ListSubscriptionsCommand,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import * as z from 'zod';
import type { Clients } from './clients.ts';
import type { Emulators } from './emulators.ts';
import { E2eFailure } from './failure.ts';
import { RUN_FOLDER } from './paths.ts';
import { pollUntil } from './progress.ts';

const Attribute = z.object({ Value: z.string() });
const Confirmation = z.object({ Type: z.literal('SubscriptionConfirmation'), TopicArn: z.string(), Token: z.string() });
const Notification = z
  .object({
    Type: z.literal('Notification'),
    Subject: z.string(),
    Message: z.string(),
    MessageAttributes: z.object({ about: Attribute, incident: Attribute, audience: Attribute }),
  })
  .transform(({ Subject, Message, MessageAttributes: { about, incident, audience } }) => ({
    subject: Subject,
    text: Message,
    about: about.Value,
    incident: incident.Value,
    audience: audience.Value,
  }));
export type Mail = z.output<typeof Notification>;

/** The messages for one approver. */
export interface Mailbox {
  /** Waits for a message of this kind about an incident that is not in `except`. */
  next(about: string, except: ReadonlySet<string>): Promise<Mail>;
  stop(): Promise<void>;
}

/**
 * The emulator sends no e-mail. So an HTTP endpoint is subscribed with the same filter as the approver's e-mail
 * subscription, and receives what the approver would.
 */
export const openMailbox = async (clients: Clients, email: string): Promise<Mailbox> => {
  const mails: Mail[] = [];
  const server = createServer((request, response) => {
    void json(request).then(async (body) => {
      response.end();
      const parsed = z.union([Notification, Confirmation]).parse(body);
      if (!('Type' in parsed)) mails.push(parsed);
      else await clients.sns.send(new ConfirmSubscriptionCommand({ TopicArn: parsed.TopicArn, Token: parsed.Token }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = z.object({ port: z.number() }).parse(server.address());
  const { topicArn, filter } = await emailSubscription(clients, email);
  await clients.sns.send(
    new SubscribeCommand({
      TopicArn: topicArn,
      Protocol: 'http',
      Endpoint: `http://127.0.0.1:${port}/`,
      Attributes: { FilterPolicy: filter },
    }),
  );
  return {
    next: (about, except) =>
      pollUntil(`a message to ${email} about ${about}`, async () =>
        mails.find((mail) => mail.about === about && !except.has(mail.incident)),
      ),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

/** Follows the link in the newest confirmation mail to each of these addresses. */
export const confirmSubscriptions = async ({ aws }: Emulators, emails: readonly string[]): Promise<void> => {
  for (const email of emails) {
    const link = await pollUntil(`the confirmation mail to ${email}`, async () => {
      const mails = readFileSync(join(RUN_FOLDER, 'ministack.log'), 'utf8').split('\n');
      return mails.findLast((line) => line.startsWith(`MAIL to ${email}: `))?.split(' visit ')[1];
    });
    const { status } = await fetch(`${aws.url}${link}`);
    if (status !== 200) throw new E2eFailure(`The link for ${email} answered ${status}.`, 'See test/e2e/emulator.py.');
  }
};

/** The topic and the filter of the e-mail subscription that the stack created for this address. */
const emailSubscription = async ({ sns }: Clients, email: string): Promise<{ topicArn: string; filter: string }> => {
  const { Subscriptions = [] } = await sns.send(new ListSubscriptionsCommand());
  const own = Subscriptions.find(({ Protocol, Endpoint }) => Protocol === 'email' && Endpoint === email);
  const { Attributes } = await sns.send(
    new GetSubscriptionAttributesCommand({ SubscriptionArn: own?.SubscriptionArn ?? '' }),
  );
  const filter = Attributes?.['FilterPolicy'];
  if (own?.TopicArn === undefined || filter === undefined)
    throw new E2eFailure(`The stack made no filtered e-mail subscription for ${email}.`, 'See lib/approval-desk.ts.');
  return { topicArn: own.TopicArn, filter };
};
