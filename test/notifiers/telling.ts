import { chatChannel } from '../../lambdas/notifiers/notify/chat.ts';
import type { Channel } from '../../lambdas/notifiers/notify/channel.ts';
import { notify } from '../../lambdas/notifiers/notify/notify.ts';
import { slackChannel } from '../../lambdas/notifiers/notify/slack.ts';
import { webhookChannel } from '../../lambdas/notifiers/notify/webhook.ts';
import { InputError } from '../../lambdas/contracts/errors.ts';
import type { Moment } from '../../lambdas/contracts/moment.ts';
import type { Clock, Log, StoredSecret } from '../../lambdas/contracts/ports.ts';
import { MemoryLedger } from '../fakes/memory-ledger.ts';
import { ManualClock } from '../fakes/small-ports.ts';
import { batchOf } from '../fixtures/moments.ts';
import { SLACK_URL, type SlackServer } from './slack-server.ts';
import { KEY, WEBHOOK_URL, type WebhookServer } from './webhook-server.ts';

/** A secret that a test sets. */
export class PresetSecret implements StoredSecret {
  value: string;
  reads = 0;
  #kept: string | undefined;
  constructor(value: string) {
    this.value = value;
  }
  async read(): Promise<string> {
    if (this.#kept === undefined) {
      this.reads += 1;
      this.#kept = this.value;
    }
    return this.#kept;
  }
  forget(): void {
    this.#kept = undefined;
  }
}

/** Keeps what was logged. */
class RecordedLog implements Log {
  readonly lines: string[] = [];
  info(message: string, more: object): void {
    this.lines.push(`info ${message} ${JSON.stringify(more)}`);
  }
  warn(message: string, more: object): void {
    this.lines.push(`warn ${message} ${JSON.stringify(more)}`);
  }
  get text(): string {
    return this.lines.join('\n');
  }
}

/** A topic that keeps what was published. */
export class RecordedTopic {
  readonly published: string[] = [];
  down = false;
  readonly publish = async (message: string): Promise<void> => {
    if (this.down) throw new InputError('the topic', 'it is gone', 'another one');
    this.published.push(message);
  };
}

/** A function of a notifier with its ledger, as the queue calls it. */
const telling = (
  makeChannel: (clock: Clock) => Channel,
  name = 'ops',
  clock = new ManualClock('2026-11-22T06:00:10.000Z'),
) => {
  const ledger = new MemoryLedger();
  const log = new RecordedLog();
  const ports = { ledger, clock, log, name, channel: makeChannel(clock) };
  return {
    clock,
    ledger,
    log,
    /** Gives it a batch. Returns which messages stay in the queue. */
    batch: async (event: unknown): Promise<string[]> =>
      (await notify(event, ports)).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier),
    /** The same of moments. */
    tell: async (...moments: readonly Moment[]): Promise<string[]> =>
      (await notify(batchOf(...moments), ports)).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier),
  };
};

/** A notifier that sends to a Slack on this machine. */
export const toSlack = (server: SlackServer, secret: StoredSecret = new PresetSecret(SLACK_URL), at?: ManualClock) =>
  telling((clock) => slackChannel({ post: server.post, secret, clock }), 'slack', at);

/** A notifier that sends to a receiver on this machine. */
export const toWebhook = (server: WebhookServer, secret: StoredSecret = new PresetSecret(KEY), at?: ManualClock) =>
  telling((clock) => webhookChannel({ url: WEBHOOK_URL, post: server.post, secret, clock }), 'webhook', at);

/** A notifier that publishes on a topic of Amazon Q Developer. */
export const toChat = (topic: RecordedTopic) => telling(() => chatChannel(topic.publish));
