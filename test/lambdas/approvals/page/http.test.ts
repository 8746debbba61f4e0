import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { fromFunctionUrl } from '../../../../lambdas/approvals/page/function-url.ts';
import { handleApproval } from '../../../../lambdas/approvals/page/http.ts';
import { signLink } from '../../../../lambdas/approvals/answer/approval-link.ts';
import { JsonObject } from '../../../../lambdas/contracts/json.ts';
import { canonical } from '../../../../lambdas/kernel/trace/canonical.ts';
import { HmacMac } from '../../../fakes/small-ports.ts';
import { ANA, BEN, deskWithQuestion, type DeskWithQuestion } from '../../../fixtures/approval-desk.ts';
import { like } from '../../../fixtures/matchers.ts';
import { getPage, post } from '../../../fixtures/page-requests.ts';

/** The one link that leads away: it opens a tab that knows neither this page nor its address. */
const CONSOLE_LINK =
  /<a href="https:\/\/eu-west-1\.console\.aws\.amazon\.com\/[^"]*" target="_blank" rel="noreferrer noopener">/g;

let desk: DeskWithQuestion;
beforeEach(async () => {
  desk = await deskWithQuestion();
});

/** A click on Approve, with any text in place of the token. */
const approve = (t: string) => desk.answer(ANA, 'approve', '', { t });

const expectNoEffect = async (request: () => Promise<unknown>): Promise<void> => {
  const before = desk.ledger.writes;
  await request();
  expect(desk.ledger.writes).toBe(before);
  expect(desk.callbacks.resumed).toEqual([]);
};

test('a link opened by a mail scanner approves nothing, however often and with whatever in its query', async () => {
  await expectNoEffect(async () => {
    for (const method of ['GET', 'HEAD', 'GET', 'OPTIONS', 'PUT', 'DELETE', 'PATCH'])
      for (const extra of [{}, { answer: 'approve', reason: 'scanned' }])
        await handleApproval(
          {
            method,
            query: new URLSearchParams({ t: desk.asked.token(ANA), ...extra }),
            headers: {},
            body: 'answer=approve',
          },
          desk.page,
        );
  });
});

test('HEAD answers as GET does, without the page', async () => {
  const [get, head] = [await desk.look(ANA), await getPage(desk.page, desk.asked.token(ANA), 'HEAD')];
  expect(head).toEqual({ ...get, body: '', text: '' });
});

test('any other method is refused, with the list of allowed ones', async () => {
  const refused = { statusCode: 405, headers: { allow: 'GET, HEAD, POST' } };
  expect(await getPage(desk.page, desk.asked.token(ANA), 'PUT')).toMatchObject(refused);
});

test('no changed bit of a link is genuine, and the page does not say which', async () => {
  const token = desk.asked.token(ANA);
  const body = token.indexOf('.');
  const faults = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.nat(token.length - 1), fc.integer({ min: 1, max: 127 }), async (at, flip) => {
      const forged = token.slice(0, at) + String.fromCharCode(token.charCodeAt(at) ^ flip) + token.slice(at + 1);
      const [opened, posted] = [await getPage(desk.page, forged), await approve(forged)];
      expect([opened.statusCode, posted.statusCode]).toEqual([403, 403]);
      faults.add(opened.body).add(posted.body);
    }),
    {
      examples: [
        [0, 1],
        [body, 1],
        [body + 1, 1],
        [token.length - 1, 1],
      ],
    },
  );
  expect(faults.size).toBe(1);
  await expectNoEffect(async () => approve(`${token}.`));
});

test('each flipped bit of the MAC is refused', async () => {
  const [claims = '', mac = ''] = desk.asked.token(ANA).split('.');
  const bytes = Buffer.from(mac, 'base64url');
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const flipped = Buffer.from(bytes);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect((await approve(`${claims}.${flipped.toString('base64url')}`)).statusCode).toBe(403);
  }
  expect(desk.callbacks.resumed).toEqual([]);
});

test.each([
  ['approver', { approver: BEN }],
  ['question', { approvalId: 'approval-of-another-plan' }],
  ['expiry', { expiresAt: '2099-01-01T00:00:00.000Z' }],
])('a link whose %s was changed is not genuine', async (_what, change) => {
  const [claims = '', mac = ''] = desk.asked.token(ANA).split('.');
  const link = JsonObject.parse(JSON.parse(Buffer.from(claims, 'base64url').toString()));
  const forged = `${Buffer.from(canonical({ ...link, ...change })).toString('base64url')}.${mac}`;
  for (const response of [await getPage(desk.page, forged), await approve(forged)])
    expect(response).toMatchObject({ statusCode: 403, text: like('This link is not genuine') });
  expect(desk.callbacks.resumed).toEqual([]);
});

test('a link in another encoding is not genuine', async () => {
  const [claims = '', mac = ''] = desk.asked.token(ANA).split('.');
  const respaced = Buffer.from(` ${Buffer.from(claims, 'base64url').toString()}`).toString('base64url');
  for (const forged of [`${respaced}.${mac}`, `${claims}.${mac}=`, `${claims}=.${mac}`, claims])
    expect((await getPage(desk.page, forged)).statusCode).toBe(403);
});

const LINK = { approvalId: 'approval-gone', approver: ANA, expiresAt: '2026-11-02T03:00:00.000Z' };

test('a link signed with another key is not genuine', async () => {
  const forged = await signLink(new HmacMac('grant key'), LINK);
  expect((await getPage(desk.page, forged)).statusCode).toBe(403);
});

test('a genuine link to a question that is gone says so', async () => {
  const token = await signLink(desk.linkMac, LINK);
  expect((await getPage(desk.page, token)).statusCode).toBe(410);
  expect((await approve(token)).statusCode).toBe(410);
});

test('an expired link of a settled question says how it was settled, and shows nothing of the incident', async () => {
  const token = desk.asked.token(ANA);
  await approve(token);
  desk.clock.advance(60);
  const before = desk.ledger.writes;
  for (const response of [await getPage(desk.page, token), await desk.answer(ANA, 'deny', '', { t: token })]) {
    expect(response).toMatchObject({ statusCode: 410, text: like(`It was granted by ${ANA}. The link has expired.`) });
    expect(response.body).not.toMatch(/checkout|instance|<form/);
  }
  expect(desk.ledger.writes).toBe(before);
});

test('an expired link of an open question, or of somebody who is no approver, shows nothing', async () => {
  const expired = { statusCode: 410, text: like('This link expired at 2026-11-02T03:20:00.000Z and no longer works.') };
  const [token, stranger] = [desk.asked.token(ANA), await desk.linkFor('somebody@example.com')];
  desk.clock.advance(60);
  expect(await getPage(desk.page, token)).toMatchObject(expired);
  desk.clock.advance(-1);
  await approve(token);
  desk.clock.advance(1);
  expect(await getPage(desk.page, stranger)).toMatchObject(expired);
});

test('a late denial without a reason is told that the question was settled, not asked for a reason', async () => {
  await approve(desk.asked.token(ANA));
  const late = await desk.answer(BEN, 'deny');
  expect(late).toMatchObject({ statusCode: 409, text: like(`This was already decided. It was granted by ${ANA}.`) });
  expect(late.text).not.toContain('Say why you deny');
  expect(late.body).not.toContain('<form');
});

test('without a link the page says what to do', async () => {
  const text = like('Use the link from the message as it is.');
  expect(await getPage(desk.page, '')).toMatchObject({ statusCode: 403, text });
});

test('only the form of the page decides: other bodies are refused', async () => {
  const t = desk.asked.token(ANA);
  await expectNoEffect(async () => {
    const json = await post(desk.page, JSON.stringify({ t, answer: 'approve' }), 'application/json');
    expect(json.statusCode).toBe(415);
    for (const body of [
      `t=${t}`,
      `t=${t}&answer=yes`,
      'answer=approve',
      `t=${t}&answer=deny&answer=approve`,
      `t=${t}&t=${t}&answer=approve`,
    ])
      expect([body, (await post(desk.page, body)).statusCode]).toEqual([body, 400]);
    expect((await post(desk.page, `t=${t}&answer=approve&reason=${'x'.repeat(20_000)}`)).statusCode).toBe(413);
  });
});

test('a content type with a charset is the same form', async () => {
  const type = 'application/x-www-form-urlencoded; charset=UTF-8';
  expect((await post(desk.page, `t=${desk.asked.token(ANA)}&answer=approve`, type)).statusCode).toBe(200);
});

test('every response, errors too, forbids scripts, frames, caches and referrers', async () => {
  const responses = [
    await desk.look(ANA),
    await getPage(desk.page, 'forged'),
    await getPage(desk.page, '', 'PUT'),
    await desk.answer(ANA, 'deny', 'no'),
  ];
  for (const { headers, body } of responses) {
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'content-type': 'text/html; charset=utf-8',
    });
    expect(headers['strict-transport-security']).toMatch(/^max-age=\d{8}/);
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/=]{44}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
    );
    const others = body.replaceAll(CONSOLE_LINK, '');
    expect(others).not.toMatch(/<script|<img|<link|<iframe|\son\w+=|https?:\/\//i);
  }
});

test('a request from a function URL is read, base64 or not', async () => {
  const form = `t=${desk.asked.token(ANA)}&answer=approve&reason=Gr%C3%BCn`;
  const event = {
    version: '2.0',
    rawPath: '/',
    rawQueryString: '',
    headers: { 'content-type': 'application/x-www-form-urlencoded', host: 'x.lambda-url.eu-west-1.on.aws' },
    requestContext: { http: { method: 'POST', path: '/', sourceIp: '192.0.2.1' }, requestId: 'r' },
    body: Buffer.from(form).toString('base64'),
    isBase64Encoded: true,
  };
  expect(fromFunctionUrl(event).body).toBe(form);
  expect(fromFunctionUrl({ ...event, body: form, isBase64Encoded: false }).body).toBe(form);
  expect((await handleApproval(fromFunctionUrl(event), desk.page)).statusCode).toBe(200);
});

test('a GET from a function URL has no body, and its link survives the encoding', async () => {
  const event = {
    rawQueryString: new URLSearchParams({ t: desk.asked.token(ANA) }).toString(),
    headers: {},
    requestContext: { http: { method: 'GET' } },
    isBase64Encoded: false,
  };
  expect((await handleApproval(fromFunctionUrl(event), desk.page)).statusCode).toBe(200);
  expect(() => fromFunctionUrl({ Records: [] })).toThrow('other than an HTTP request');
});
