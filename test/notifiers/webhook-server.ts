import { createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import { parseJson } from '../../lambdas/contracts/json.ts';
import { Moment } from '../../lambdas/contracts/moment.ts';
import { Receiver, type Received, type ReceiverAnswer } from './receiver.ts';

/** The key of the signature. */
export const KEY = 'f'.repeat(64);
export const WEBHOOK_URL = 'https://portal.example.com/hooks/checkrein';

const Several = z.strictObject({ version: z.literal('1'), moments: z.array(Moment) });
const Body = z.union([Moment.transform((one) => [one]), Several.transform(({ moments }) => moments)]);

/** A receiver as the guide describes one: it checks signature and age, and takes each moment once. */
export class WebhookServer extends Receiver {
  readonly taken: Moment[] = [];
  now = Date.parse('2026-11-22T06:00:10.000Z');

  protected override answer({ headers, body }: Received): ReceiverAnswer {
    const [, time = '', mac = ''] =
      /^t=(\d{10}),v1=([\da-f]{64})$/.exec(String(headers['x-checkrein-signature'])) ?? [];
    const wanted = createHmac('sha256', KEY).update(`${time}.${body}`).digest();
    const given = Buffer.from(mac, 'hex');
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return { status: 401, body: 'signature' };
    if (Math.abs(this.now / 1000 - Number(time)) > 300) return { status: 401, body: 'too old' };
    const before = new Set(this.taken.map(({ id }) => id));
    this.taken.push(...Body.parse(parseJson(body)).filter(({ id }) => !before.has(id)));
    return { status: 204 };
  }
}
