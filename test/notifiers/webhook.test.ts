import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { internetPost } from '../../lambdas/adapters/post.ts';
import { momentOf } from '../fixtures/moments.ts';
import { AUTHORITY } from '../fakes/api-server.ts';
import { PresetSecret, toWebhook } from './telling.ts';
import { KEY, WebhookServer } from './webhook-server.ts';

let portal: WebhookServer;
beforeEach(async () => {
  portal = await new WebhookServer().start();
});
afterEach(async () => portal[Symbol.asyncDispose]());

describe('a receiver', () => {
  test('gets each moment whole, signed with the time, under an id that repeats with the moment', async () => {
    const { tell } = toWebhook(portal);
    const asked = momentOf('approval.asked');
    expect(await tell(asked)).toEqual([]);
    expect(portal.taken).toEqual([asked]);
    const [first] = portal.received;
    expect(first?.headers['x-checkrein-id']).toBe('inc-1#7');
    expect(first?.headers['x-checkrein-signature']).toMatch(/^t=1795327210,v1=[\da-f]{64}$/);
  });

  test('gets many moments together, each of them once, and the same id if they come again', async () => {
    const many = Array.from({ length: 120 }, (_, n) => momentOf('incident.opened', { incidentId: `inc-${n}` }));
    portal.faults.push({ status: 500 });
    const { tell } = toWebhook(portal);
    expect(await tell(...many)).toHaveLength(50);
    expect(await tell(...many)).toEqual([]);
    expect(portal.received).toHaveLength(4);
    expect(portal.taken).toHaveLength(120);
    const ids = portal.received.map(({ headers }) => headers['x-checkrein-id']);
    expect(ids[0]).toBe(ids[3]);
    expect(new Set(ids).size).toBe(3);
  });

  test('that got a moment whose answer was lost takes it once, by its id', async () => {
    portal.faults.push('hangs');
    const { tell } = toWebhook(portal);
    const closed = momentOf('incident.closed');
    expect(await tell(closed)).toHaveLength(1);
    expect(await tell(closed)).toEqual([]);
    expect(portal.taken).toEqual([closed]);
  });

  test('refuses another key, an edited body and an old time', async () => {
    const other = toWebhook(portal, new PresetSecret('e'.repeat(64)));
    expect(await other.tell(momentOf('incident.opened'))).toHaveLength(1);
    portal.now += 10 * 60_000;
    const late = toWebhook(portal);
    expect(await late.tell(momentOf('incident.opened'))).toHaveLength(1);
    expect(portal.taken).toEqual([]);
    portal.now -= 10 * 60_000;
    const { status } = await portal.post({
      call: 'test',
      url: 'https://portal.example.com/',
      headers: { 'x-checkrein-signature': String(portal.received[1]?.headers['x-checkrein-signature']) },
      body: JSON.stringify(momentOf('incident.closed')),
    });
    expect(status).toBe(401);
  });

  test('that echoes what it was sent finds nothing of it in our log', async () => {
    portal.faults.push({ status: 500, body: `key ${KEY} url https://portal.example.com/hooks/checkrein` });
    const { tell, log } = toWebhook(portal);
    await tell(momentOf('incident.opened'));
    expect(log.text).toContain('portal.example.com answered 500');
    expect(log.text).not.toMatch(/ffff|hooks\/checkrein/);
  });

  test('that answers without end is not read to the end', async () => {
    portal.faults.push({ status: 200, body: 'x'.repeat(1_000_000) });
    const { tell } = toWebhook(portal);
    expect(await tell(momentOf('incident.opened'))).toEqual([]);
  });

  test('with a key that is too short gets nothing', async () => {
    const { tell, log } = toWebhook(portal, new PresetSecret('short'));
    expect(await tell(momentOf('incident.opened'))).toHaveLength(1);
    expect(portal.received).toEqual([]);
    expect(log.text).toContain('has 5 characters');
    expect(log.text).not.toContain('short');
  });

  test('with a key that was wrong and is stored again works with the next batch, whatever refusal it answered', async () => {
    const secret = new PresetSecret('short');
    const { tell } = toWebhook(portal, secret);
    expect(await tell(momentOf('incident.opened'))).toHaveLength(1);
    secret.value = 'e'.repeat(64);
    portal.faults.push({ status: 400 });
    expect(await tell(momentOf('incident.opened'))).toHaveLength(1);
    secret.value = KEY;
    expect(await tell(momentOf('incident.opened'))).toEqual([]);
  });

  test('that is gone is tried twice in a batch, and the other moments wait', async () => {
    portal.down = 'hangs up';
    const { tell } = toWebhook(portal);
    const moments = [1, 2, 3, 4].map((seq) => momentOf('incident.opened', { seq }));
    expect(await tell(...moments)).toHaveLength(4);
    expect(portal.received).toHaveLength(2);
  });
});

describe('a name that DNS leads to a private address', () => {
  const ask = (addresses: readonly string[], isAllowed?: (address: string) => boolean) =>
    internetPost({
      certificateAuthority: AUTHORITY,
      ...(isAllowed && { isAllowed }),
      lookup: (_, options, callback) => {
        const all = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
        if (options.all === true) callback(null, all);
        else callback(null, all[0]?.address ?? '', 4);
      },
    })({ call: 'The webhook', url: `https://localhost:${portal.port}/`, headers: {}, body: '{}' });

  test('is not talked to: the connection ends before anything is sent', async () => {
    // As if DNS had answered something else when it was checked: the address of the connection counts.
    await expect(ask(['127.0.0.1'])).rejects.toThrow('The address 127.0.0.1 is not allowed');
    expect(portal.received).toEqual([]);
  });

  test('is refused when it is looked up', async () => {
    const post = internetPost();
    await expect(post({ call: 'x', url: 'https://localhost:1/', headers: {}, body: '' })).rejects.toThrow(
      'is not one of the public Internet',
    );
  });

  test('an address that stands in a URL is checked too', async () => {
    const post = internetPost();
    const url = `https://127.0.0.1:${portal.port}/`;
    await expect(post({ call: 'x', url, headers: {}, body: '' })).rejects.toThrow('127.0.0.1 is not allowed');
    expect(portal.received).toEqual([]);
  });
});
