import { createHash, createHmac } from 'node:crypto';
import { ERROR } from '../../contracts/error-names.ts';
import { StepError } from '../../contracts/errors.ts';
import type { Moment } from '../../contracts/moment.ts';
import type { Clock, Post, PostAnswer, StoredSecret } from '../../contracts/ports.ts';
import { secondsOf, type Channel, type Delivered } from './channel.ts';
import { SINGLE, sliced } from './digest.ts';

export interface WebhookPorts {
  readonly url: string;
  readonly post: Post;
  /** The key of the signature. */
  readonly secret: StoredSecret;
  readonly clock: Clock;
}

/** Moments in one request: a few hundred KB at most. */
const TOGETHER = 50;
/** Characters of the key: 128 bits in hex. */
const SHORTEST_KEY = 32;

/** A receiver of signed moments. */
export const webhookChannel = ({ url, post, secret, clock }: WebhookPorts): Channel => ({
  messagesOf: (moments) => (moments.length <= SINGLE ? moments.map((one) => [one]) : sliced(moments, TOGETHER)),
  send: async (moments) => {
    const body = bodyOf(moments);
    const key = await checkedKey(secret);
    const time = Math.floor(clock.now().getTime() / 1000);
    const answer = await post({
      call: `The webhook ${new URL(url).host}`,
      url,
      headers: {
        'content-type': 'application/json',
        'x-checkrein-id': idOf(moments),
        'x-checkrein-signature': `t=${time},v1=${signatureOf(key, time, body)}`,
      },
      body,
    });
    // Receivers refuse a signature with various codes, and somebody may have stored a new key.
    if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) secret.forget();
    return outcomeOf(new URL(url).host, answer, clock.now());
  },
});

/** HMAC-SHA256 of `<seconds>.<body>` in hex: who sent it, when, and that nobody changed it. */
const signatureOf = (key: string, time: number, body: string): string =>
  createHmac('sha256', key).update(`${time}.${body}`).digest('hex');

/** A moment, or several in a list. */
const bodyOf = (moments: readonly Moment[]): string =>
  JSON.stringify(moments.length === 1 ? moments[0] : { version: '1', moments });

/** The same for every delivery of the same moments. */
const idOf = (moments: readonly Moment[]): string => {
  const [only] = moments;
  if (only !== undefined && moments.length === 1) return only.id;
  return `several-${createHash('sha256')
    .update(moments.map(({ id }) => id).join('\n'))
    .digest('hex')}`;
};

const checkedKey = async (secret: StoredSecret): Promise<string> => {
  const key = await secret.read();
  if (key.length >= SHORTEST_KEY) return key;
  // Whoever mends the secret need not deploy.
  secret.forget();
  throw new StepError(
    ERROR.misconfigured,
    `The secret of this notifier has ${key.length} characters, and a key of a signature must have ${SHORTEST_KEY} at least.`,
    'Store a random one, e.g. of `openssl rand -hex 32`, with `aws secretsmanager put-secret-value`.',
  );
};

/** Nothing of the answer but its status is kept: a receiver may repeat what it was sent, secrets included. */
const outcomeOf = (host: string, { status, retryAfter }: PostAnswer, now: Date): Delivered => {
  if (status >= 200 && status < 300) return { kind: 'sent' };
  if (status === 429 || (status === 503 && retryAfter !== undefined))
    return { kind: 'busy', why: `${host} answered ${status}.`, retryAfterSeconds: secondsOf(retryAfter, now) };
  const redirect =
    status >= 300 && status < 400 ? ' Redirects are not followed: name the last URL in the settings.' : '';
  return { kind: 'failed', why: `${host} answered ${status}.${redirect}` };
};
