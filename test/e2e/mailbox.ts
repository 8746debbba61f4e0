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
import { checkreinCommand } from './cli.ts';
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
  for (const { topicArn, filter } of await emailSubscriptions(clients, email))
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

/** Confirms every subscription of these addresses with the link of its newest confirmation mail, as docs/deploy.md says. */
export const confirmSubscriptions = async (emulators: Emulators, emails: readonly string[]): Promise<void> => {
  for (const email of emails) {
    const links = await pollUntil(`both confirmation mails to ${email}`, async () => {
      const newest = newestLinks(email);
      return newest.length === TOPICS ? newest : undefined;
    });
    for (const link of links) {
      const { code } = await checkreinCommand(emulators, ['subscribe', 'confirm', `${emulators.aws.url}${link}`]);
      if (code !== 0) throw new E2eFailure(`The link for ${email} was refused.`, 'See test/e2e/emulator.py.');
    }
  }
};

/** One for approval requests, one for reports. */
const TOPICS = 2;

/** The link of the newest confirmation mail of each topic. A deployment that failed has sent some before. */
const newestLinks = (email: string): string[] => {
  const mails = readFileSync(join(RUN_FOLDER, 'ministack.log'), 'utf8').split('\n');
  const links = mails.flatMap((line) =>
    line.startsWith(`MAIL to ${email}: `) ? (line.split(' visit ')[1] ?? []) : [],
  );
  return links.slice(-TOPICS);
};

/** Topic and filter of each e-mail subscription that the stack created for this address. */
const emailSubscriptions = async (
  { sns }: Clients,
  email: string,
): Promise<{ readonly topicArn: string; readonly filter: string }[]> => {
  const { Subscriptions = [] } = await sns.send(new ListSubscriptionsCommand());
  const own = Subscriptions.filter(({ Protocol, Endpoint }) => Protocol === 'email' && Endpoint === email);
  const found = await Promise.all(
    own.map(async ({ TopicArn = '', SubscriptionArn = '' }) => {
      const { Attributes } = await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }));
      return { topicArn: TopicArn, filter: Attributes?.['FilterPolicy'] };
    }),
  );
  const filtered = found.flatMap(({ topicArn, filter }) => (filter === undefined ? [] : [{ topicArn, filter }]));
  if (filtered.length === TOPICS) return filtered;
  throw new E2eFailure(`The stack made no two filtered e-mail subscriptions for ${email}.`, 'See lib/mail-topic.ts.');
};
