import { ERROR } from '../../contracts/error-names.ts';
import { StepError } from '../../contracts/errors.ts';
import { parseJson } from '../../contracts/json.ts';
import type { Clock, Post, PostAnswer, StoredSecret } from '../../contracts/ports.ts';
import { secondsOf, type Channel, type Delivered } from './channel.ts';
import { messagesToPeople, noticeOfAll } from './digest.ts';
import { fallbackMessage, fitsSlack, slackMessage } from './slack-blocks.ts';

export interface SlackPorts {
  readonly post: Post;
  /** The URL of the incoming webhook. Whoever has it can write to the channel. */
  readonly secret: StoredSecret;
  readonly clock: Clock;
}

const CALL = 'The incoming webhook of Slack';

/** A channel of Slack. */
export const slackChannel = ({ post, secret, clock }: SlackPorts): Channel => ({
  messagesOf: messagesToPeople(fitsSlack),
  send: async (moments) => {
    const url = await webhookUrl(secret);
    const say = (message: object): Promise<PostAnswer> =>
      post({ call: CALL, url, headers: { 'content-type': 'application/json' }, body: JSON.stringify(message) });
    const notice = noticeOfAll(moments);
    const answer = await say(slackMessage(notice));
    if (answer.status === 400 && /\b(invalid_blocks|invalid_attachments)/.test(answer.text)) {
      // Slack changed what it takes. People must hear of it all the same.
      const again = outcomeOf(await say(fallbackMessage(notice)), clock.now());
      return again.kind === 'sent'
        ? { kind: 'sent', note: 'Slack refused its blocks, so it was sent as text.' }
        : again;
    }
    // The next attempt reads the secret again: somebody may have stored the URL of a new webhook.
    if ([401, 403, 404, 410].includes(answer.status)) secret.forget();
    return outcomeOf(answer, clock.now());
  },
});

const HOST = /^https:\/\/hooks\.slack(-gov)?\.com\/[\w/-]+$/;

const webhookUrl = async (secret: StoredSecret): Promise<string> => {
  const text = await secret.read();
  if (HOST.test(text)) return text;
  // Whoever mends the secret need not deploy.
  secret.forget();
  throw new StepError(
    ERROR.misconfigured,
    'The secret of this notifier holds no URL of an incoming webhook of Slack.',
    'Store https://hooks.slack.com/services/… as the whole value of the secret, with `aws secretsmanager put-secret-value`.',
  );
};

/** Slack answers `ok`, or one word for what is wrong. Workflows answer JSON. */
const outcomeOf = ({ status, text, retryAfter }: PostAnswer, now: Date): Delivered => {
  if (status === 429)
    return { kind: 'busy', why: `${CALL} takes no more for now.`, retryAfterSeconds: secondsOf(retryAfter, now) };
  const body = text.trim();
  const json = parseJson(body);
  const isOk = body === 'ok' || (typeof json === 'object' && json !== null && 'ok' in json && json.ok === true);
  if (status === 200 && isOk) return { kind: 'sent' };
  // Only a word of Slack's: an answer may repeat the URL, which is a secret.
  const word = /^[a-z_]{2,60}$/.test(body) ? ` ${body}` : '';
  return { kind: 'failed', why: `${CALL} answered ${status}${word}.${adviceFor(status)}` };
};

const adviceFor = (status: number): string =>
  [401, 403, 404, 410].includes(status)
    ? ' It may be revoked, or its channel archived: make a new one and store its URL in the secret.'
    : '';
