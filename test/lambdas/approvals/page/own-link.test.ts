import { beforeEach, expect, test } from 'vitest';
import { identifyBy } from '../../../../lambdas/adapters/identity/identify.ts';
import { ON_ITS_WAY } from '../../../../lambdas/approvals/page/own-link.ts';
import type { PagePorts } from '../../../../lambdas/approvals/page/page-view.ts';
import { fromFunctionUrl } from '../../../../lambdas/approvals/page/function-url.ts';
import { handleApproval } from '../../../../lambdas/approvals/page/http.ts';
import { ANA, BEN, deskWithQuestion, type DeskWithQuestion } from '../../../fixtures/approval-desk.ts';
import { like } from '../../../fixtures/matchers.ts';
import { post, postAnswer, postOwnLink, visit } from '../../../fixtures/page-requests.ts';
import {
  ALB_HEADER,
  ALB_IDENTITY,
  albToken,
  genuine,
  JWT_HEADER,
  JWT_IDENTITY,
  KeyServer,
  pageBehind,
} from '../../../fixtures/signed-tokens.ts';

const A = `approval-${'0123456789abcdef'.repeat(2)}`;
let desk: DeskWithQuestion;
beforeEach(async () => {
  desk = await deskWithQuestion();
});

test('the page for shared channels names the approval id and nothing of the incident, and reads nothing', async () => {
  desk.page.ledger.fetch = () => Promise.reject(new TypeError('read'));
  const { statusCode, body, text } = await visit(desk.page, { a: A });
  expect(statusCode).toBe(200);
  expect(text).toContain(A);
  expect(text).toContain('Nothing is approved or denied on this page.');
  expect(body).not.toMatch(/checkout|i-0a1b|ana@|ben@|value="approve"/);
});

test.each(['', 'approval-1', `${A}0`, `${A}"><script>`, '../', A.toUpperCase()])(
  'an address with the id %j is incomplete, and does not come back as markup',
  async (a) => {
    const { statusCode, body } = await visit(desk.page, { a });
    expect(statusCode).toBe(400);
    expect(body).not.toContain('<script');
  },
);

test('a link beats the address of a channel, so neither hides the other', async () => {
  expect((await visit(desk.page, { a: A, t: 'forged' })).statusCode).toBe(403);
});

test('only its own form asks for a link: other bodies are refused, and none is passed on', async () => {
  const t = desk.asked.token(ANA);
  for (const [body, status] of [
    [`a=${A}`, 400],
    [`a=${A}&approver=`, 400],
    [`a=${A}&approver=${'x'.repeat(321)}`, 400],
    [`a=nonsense&approver=${ANA}`, 400],
    [`a=${A}&approver=${ANA}&approver=${BEN}`, 400],
    [`a=${A}&a=${A}&approver=${ANA}`, 400],
    [`a=${A}&approver=${ANA}&t=${t}&answer=approve`, 400],
    [`a=${A}&approver=${'x'.repeat(20_000)}`, 413],
  ] as const)
    expect([body, (await post(desk.page, body)).statusCode]).toEqual([body, status]);
  expect((await post(desk.page, JSON.stringify({ a: A, approver: ANA }), 'application/json')).statusCode).toBe(415);
  expect(desk.linkRequests.queue).toEqual([]);
  expect(desk.callbacks.resumed).toEqual([]);
});

test('opening the address, however often, has no link sent', async () => {
  for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])
    await handleApproval(
      { method, query: new URLSearchParams({ a: A, approver: ANA }), headers: {}, body: `a=${A}&approver=${ANA}` },
      desk.page,
    );
  expect(desk.linkRequests.queue).toEqual([]);
});

test('a function that cannot be reached is said in words', async () => {
  desk.linkRequests.failing = true;
  const text = like('No link can be sent now. Use the link from your message, or try again in a minute.');
  expect(await postOwnLink(desk.page, { a: A, approver: ANA })).toMatchObject({ statusCode: 503, text });
});

test('a form that another site sends is refused', async () => {
  for (const site of ['cross-site', 'same-site'])
    expect((await postOwnLink(desk.page, { a: A, approver: ANA }, { 'sec-fetch-site': site })).statusCode).toBe(403);
  expect((await postOwnLink(desk.page, { a: A, approver: ANA }, { 'sec-fetch-site': 'same-origin' })).statusCode).toBe(
    200,
  );
});

const behind = (identity: Parameters<typeof pageBehind>[0]): PagePorts => ({
  ...desk.page,
  identify: identifyBy(pageBehind(identity), desk.clock, new KeyServer().fetch),
});
const as = (email: string) => ({ [JWT_HEADER]: genuine(email, desk.clock.now()) });

test('behind a proxy an approver opens and answers their own link, in whatever case the proxy writes the address', async () => {
  const page = behind(JWT_IDENTITY);
  const t = desk.asked.token(ANA);
  expect((await visit(page, { t }, as('Ana@Example.com'))).statusCode).toBe(200);
  const body = new URLSearchParams({ t, answer: 'approve', reason: '' }).toString();
  expect((await post(page, body, undefined, as(ANA))).text).toContain('Approved. The change is made now');
});

test('behind a proxy the page for shared channels needs no address: whoever is signed in gets their own link', async () => {
  const page = behind(JWT_IDENTITY);
  const { body, text } = await visit(page, { a: A }, as(ANA));
  expect(text).toContain(`You are signed in as ${ANA}`);
  expect(body).not.toContain('name="approver"');
  expect(await postOwnLink(page, { a: A }, as(ANA))).toMatchObject({ statusCode: 200, text: like(ON_ITS_WAY) });
  await postOwnLink(page, { a: A, approver: BEN }, as(ANA));
  expect(desk.linkRequests.queue.map(({ approver }) => approver)).toEqual([ANA, ANA]);
});

test('behind a proxy nothing is shown without its signature, errors and other methods included', async () => {
  const page = behind(JWT_IDENTITY);
  const t = desk.asked.token(ANA);
  const responses = [
    await visit(page, { t }),
    await visit(page, { a: A }),
    await visit(page, { t }, { 'x-forwarded-email': ANA }),
    await postOwnLink(page, { a: A, approver: ANA }),
    await postAnswer(page, { t, answer: 'approve', reason: '' }),
    await visit(page, { t }, as('somebody@example.com')),
  ];
  for (const { statusCode, body } of responses) {
    expect(statusCode).toBe(403);
    expect(body).not.toMatch(/checkout|i-0a1b|<form/);
  }
  expect(desk.callbacks.resumed).toEqual([]);
});

test('a request of a load balancer is read, with single or several values, and its answer says how the body is encoded', async () => {
  const token = desk.asked.token(ANA);
  const common = { requestContext: { elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:…' } }, path: '/', body: '' };
  const signed = albToken(ANA, desk.clock.now());
  const page = behind(ALB_IDENTITY);
  for (const event of [
    {
      ...common,
      httpMethod: 'GET',
      queryStringParameters: { t: token },
      headers: { [ALB_HEADER]: signed },
      isBase64Encoded: false,
    },
    {
      ...common,
      httpMethod: 'GET',
      multiValueQueryStringParameters: { t: [token] },
      multiValueHeaders: { [ALB_HEADER]: [signed] },
    },
  ])
    expect((await handleApproval(fromFunctionUrl(event), page)).statusCode).toBe(200);
  const twice = {
    ...common,
    httpMethod: 'GET',
    multiValueQueryStringParameters: { t: [token] },
    multiValueHeaders: { [ALB_HEADER]: [signed, signed] },
  };
  expect((await handleApproval(fromFunctionUrl(twice), page)).statusCode).toBe(403);
});
