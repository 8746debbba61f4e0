import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { ConfirmSubscriptionCommand, CreateTopicCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import * as z from 'zod';
import { Json } from '../../lambdas/contracts/json.ts';
import type { Clients } from './clients.ts';

const Confirmation = z.object({ Type: z.literal('SubscriptionConfirmation'), TopicArn: z.string(), Token: z.string() });
const Notification = z.object({ Type: z.literal('Notification'), TopicArn: z.string(), Message: z.string() });

/** What is published on some topics, as somebody who is subscribed gets it. */
export interface Topics {
  /** The messages on this topic so far, oldest first. */
  on(name: string): readonly Json[];
  stop(): Promise<void>;
}

/** Creates topics, and an HTTP endpoint that is subscribed to each. Their messages are JSON. */
export const openTopics = async (clients: Clients, names: readonly string[]): Promise<Topics> => {
  const messages: { readonly name: string; readonly message: Json }[] = [];
  const server = createServer((request, response) => {
    void json(request).then(async (body) => {
      response.end();
      const { TopicArn, ...message } = z.union([Confirmation, Notification]).parse(body);
      if (message.Type === 'SubscriptionConfirmation')
        await clients.sns.send(new ConfirmSubscriptionCommand({ TopicArn, Token: message.Token }));
      else messages.push({ name: TopicArn.split(':').at(-1) ?? '', message: Json.parse(JSON.parse(message.Message)) });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = z.object({ port: z.number() }).parse(server.address());
  for (const Name of names) {
    const { TopicArn = '' } = await clients.sns.send(new CreateTopicCommand({ Name }));
    await clients.sns.send(new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint: `http://127.0.0.1:${port}/` }));
  }
  return {
    on: (name) => messages.filter((one) => one.name === name).map(({ message }) => message),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
