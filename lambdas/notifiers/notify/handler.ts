import { storedSecret } from '../../adapters/aws/secrets.ts';
import { topicPublish } from '../../adapters/aws/topic.ts';
import { internetPost } from '../../adapters/post.ts';
import { basicPorts } from '../../adapters/wiring.ts';
import { ERROR } from '../../contracts/error-names.ts';
import { StepError } from '../../contracts/errors.ts';
import { isSent, type SentNotifier } from '../../contracts/notifiers.ts';
import type { Clock } from '../../contracts/ports.ts';
import { lambda } from '../../runtime/serve.ts';
import type { Channel } from './channel.ts';
import { chatChannel } from './chat.ts';
import { notify } from './notify.ts';
import { slackChannel } from './slack.ts';
import { webhookChannel } from './webhook.ts';

export const handler = lambda(
  'notify',
  (runtime) => {
    const { ledger, clock } = basicPorts(runtime);
    const name = runtime.env('notifier');
    const { notifiers } = runtime.rules.settings;
    const settings = notifiers.filter(isSent).find((one) => one.name === name);
    if (settings === undefined) throw unknownNotifier(name);
    return { ledger, clock, name, log: runtime.logger, channel: channelOf(settings, clock) };
  },
  notify,
);

const channelOf = (settings: SentNotifier, clock: Clock): Channel => {
  switch (settings.kind) {
    case 'slack':
      return slackChannel({ post: internetPost(), secret: storedSecret(settings.secret), clock });
    case 'webhook':
      return webhookChannel({ url: settings.url, post: internetPost(), secret: storedSecret(settings.secret), clock });
    case 'chat':
      return chatChannel(topicPublish(settings.topicArn));
  }
};

const unknownNotifier = (name: string): StepError =>
  new StepError(
    ERROR.misconfigured,
    `No notifier of the settings that a function sends to is called ${name}.`,
    'Deploy the stack again; it gives each of them its function.',
  );
