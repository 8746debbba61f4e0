import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { identifyBy } from '../../../lambdas/adapters/identity/identify.ts';
import { signLink } from '../../../lambdas/approvals/answer/approval-link.ts';
import { approvalIdOf } from '../../../lambdas/kernel/trace/approval-id.ts';
import { handleApproval } from '../../../lambdas/approvals/page/http.ts';
import type { PagePorts } from '../../../lambdas/approvals/page/page-view.ts';
import { canonical } from '../../../lambdas/kernel/trace/canonical.ts';
import { allOf } from '../../../lambdas/kernel/trace/queries.ts';
import { HmacMac } from '../../fakes/small-ports.ts';
import { ANA, BEN, deskWithQuestion, VERA, type DeskWithQuestion } from '../../fixtures/approval-desk.ts';
import { post, postAnswer, postOwnLink, visit } from '../../fixtures/page-requests.ts';
import { rebootPlan } from '../../fixtures/plans.ts';
import {
  ALB_HEADER,
  ALB_IDENTITY,
  albToken,
  claimsOf,
  es256,
  genuine,
  hs256WithThePublicKey,
  JWT_HEADER,
  JWT_IDENTITY,
  KeyServer,
  KID,
  pageBehind,
  THEIRS,
  tokenOf,
} from '../../fixtures/signed-tokens.ts';

/**
 * Attacks on shared channels, links and the proxy in front of the page. Each has a question that one genuine click of Ana or
 * Ben would grant, and none does. What one bit of a link, its encoding or its key does stands in `page/http.test.ts`, who may
 * approve in `answer/decisions.test.ts`, an edited plan in `answer/compromised-ask.test.ts` and the tests of Apply, and the
 * forms of a forged sign-in in `adapters/identity/identify.test.ts`.
 */

let desk: DeskWithQuestion;
let a: string;
beforeEach(async () => {
  desk = await deskWithQuestion();
  a = approvalIdOf('inc-1', desk.asked.digest);
});
afterEach(async () => {
  for (const incident of ['inc-1', 'inc-2'])
    expect(allOf(await desk.ledger.events(incident), 'grant.issued')).toEqual([]);
  expect(desk.callbacks.resumed.filter(({ output }) => output.next === 'apply')).toEqual([]);
});

const approve = (t: string, ports: PagePorts = desk.page, headers: Record<string, string> = {}) =>
  post(ports, new URLSearchParams({ t, answer: 'approve', reason: '' }).toString(), undefined, headers);
const counted = async () => allOf(await desk.trace(), 'approval.answered').filter(({ data }) => data.counted);
const claims = (approver: string) => ({ approvalId: a, approver, expiresAt: '2026-11-02T03:20:00.000Z' });
const unsigned = (link: object): string => Buffer.from(JSON.stringify(link)).toString('base64url');
/** What a shared channel knows: the address with `a=`, and whatever the page answers. */
const everythingInTheChannel = async (): Promise<string> => {
  const pages = [await visit(desk.page, { a }), await postOwnLink(desk.page, { a, approver: ANA })];
  await desk.linkRequests.deliver();
  return pages.map(({ body, headers }) => body + JSON.stringify(headers)).join('\n');
};

describe('a stranger in the channel approves nothing', () => {
  test.each<[string, () => Promise<unknown>]>([
    ['by posting the approval id as a link', () => approve(a)],
    [
      'by posting the id and an approver to the form of answers',
      () => post(desk.page, `a=${a}&approver=${ANA}&answer=approve`),
    ],
    ['by posting an approver without a link', () => post(desk.page, `approver=${ANA}&answer=approve&reason=`)],
    ['by making up the claims of a link', () => approve(`${unsigned(claims(ANA))}.`)],
    [
      'by signing a link with a key of their own',
      async () => approve(await signLink(new HmacMac('guessed'), claims(ANA))),
    ],
    [
      'by signing it as no signature at all',
      () => approve(`${unsigned(claims(ANA))}.${Buffer.alloc(32).toString('base64url')}`),
    ],
    ['by opening the address with answer=approve', () => visit(desk.page, { a, answer: 'approve', approver: ANA })],
    [
      'by the query of a POST',
      () =>
        handleApproval(
          {
            method: 'POST',
            query: new URLSearchParams({ t: desk.asked.token(ANA), answer: 'approve' }),
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
            body: '',
          },
          desk.page,
        ),
    ],
    [
      'by overriding the method',
      () =>
        handleApproval(
          {
            method: 'GET',
            query: new URLSearchParams({ t: desk.asked.token(ANA), _method: 'POST', answer: 'approve' }),
            headers: { 'x-http-method-override': 'POST' },
            body: 'answer=approve',
          },
          desk.page,
        ),
    ],
    [
      'by having a link sent to an address of theirs',
      async () => {
        await postOwnLink(desk.page, { a, approver: 'stranger@example.com' });
        await desk.linkRequests.deliver();
        expect(desk.notifier.sent.filter(({ audience }) => audience === 'stranger@example.com')).toEqual([]);
      },
    ],
    [
      'by naming where an approver’s link goes',
      () => postOwnLink(desk.page, { a, approver: ANA, email: 'stranger@example.com' }),
    ],
    [
      'by reading what the page answers: it has no link in it',
      async () => {
        const known = await everythingInTheChannel();
        expect(known).not.toMatch(/[?&]t=|"t"/);
        for (const person of [ANA, BEN]) expect(known).not.toContain(desk.asked.token(person));
      },
    ],
    [
      'by reading the trace: it has no link in it either',
      async () => {
        await everythingInTheChannel();
        expect(JSON.stringify(await desk.trace())).not.toContain(desk.asked.token(ANA));
      },
    ],
  ])('%s', async (_how, attack) => {
    await attack();
    expect(await counted()).toEqual([]);
  });
});

describe('somebody with a link that is not theirs approves nothing more than it says', () => {
  const THROUGH: Record<string, () => Promise<unknown>> = {
    'of somebody who is no approver': async () => approve(await desk.linkFor('stranger@example.com')),
    'of an approver whom policy does not let approve': async () => approve(await desk.linkFor(VERA)),
    'for everyone': async () => approve(await desk.linkFor('everyone')),
    'for a policy': async () => approve(await desk.linkFor('policy:grow')),
    'for POLICY: in capitals': async () => approve(await desk.linkFor('POLICY:grow')),
    'for an approver in another case': async () => approve(await desk.linkFor('ANA@example.com')),
    'for an approver in look-alike letters': async () => approve(await desk.linkFor('аna@example.com')),
    'for an approver in full-width letters': async () => approve(await desk.linkFor('ａna@example.com')),
    'for an approver with a hidden character': async () => approve(await desk.linkFor('ana\u200b@example.com')),
    'for an approver with a plus': async () => approve(await desk.linkFor('ana+1@example.com')),
    'for an approver with a blank': async () => approve(await desk.linkFor(`${ANA} `)),
    'for two approvers at once': async () => approve(await desk.linkFor(`${ANA},${BEN}`)),
    'that has expired': async () => {
      desk.clock.advance(61);
      await approve(desk.asked.token(ANA));
    },
    'with a later expiry written into it': async () => {
      const [, mac = ''] = desk.asked.token(ANA).split('.');
      desk.clock.advance(61);
      const later = { ...claims(ANA), expiresAt: '2099-01-01T00:00:00.000Z' };
      await approve(`${Buffer.from(canonical(later)).toString('base64url')}.${mac}`);
    },
    'with the claims of one and the MAC of another': async () => {
      const [mine = ''] = (await desk.linkFor('stranger@example.com')).split('.');
      const [, mac = ''] = desk.asked.token(ANA).split('.');
      await approve(`${mine}.${mac}`);
    },
    'to a question that does not exist': async () =>
      approve(await signLink(desk.linkMac, { ...claims(ANA), approvalId: `approval-${'0'.repeat(32)}` })),
    'with a field twice': async () =>
      post(desk.page, `t=${desk.asked.token(VERA)}&t=${desk.asked.token(ANA)}&answer=approve`),
    'with two answers': async () => post(desk.page, `t=${desk.asked.token(ANA)}&answer=deny&answer=approve&reason=no`),
    'as JSON': async () =>
      post(desk.page, JSON.stringify({ t: desk.asked.token(ANA), answer: 'approve' }), 'application/json'),
    'as text, which other sites can send without asking': async () =>
      post(desk.page, `t=${desk.asked.token(ANA)}&answer=approve`, 'text/plain'),
    'from a form of another site': async () =>
      approve(desk.asked.token(ANA), desk.page, { 'sec-fetch-site': 'cross-site' }),
    'while the kill switch is off': async () => {
      desk.handSwitch.position = 'off';
      await approve(desk.asked.token(ANA));
    },
    'in a change freeze, without saying why': async () => {
      desk.calendar.closed = 'The change calendar sale is closed.';
      await postAnswer(desk.page, { t: desk.asked.token(ANA), answer: 'approve', reason: ' ', breakGlass: 'yes' });
    },
  };
  test.each(Object.entries(THROUGH))('a link %s', async (_what, attack) => {
    await attack();
    expect(await counted()).toEqual([]);
  });

  test('a link to one incident, posted with the id of another', async () => {
    const other = await desk.openQuestion('inc-2', { plan: rebootPlan });
    const body = `t=${other.token(VERA)}&a=${a}&answer=approve`;
    expect((await post(desk.page, body)).statusCode).toBe(400);
  });

  test('several links to one person, where two must approve: those that Ask sent and those on request', async () => {
    const other = await desk.openQuestion('inc-2', { plan: rebootPlan });
    const links = [other.token(ANA)];
    for (let more = 0; more < 3; more += 1) {
      desk.clock.advance(1);
      await postOwnLink(desk.page, { a: approvalIdOf('inc-2', other.digest), approver: ANA });
      await desk.linkRequests.deliver();
      links.push(other.token(ANA));
    }
    for (const link of links) await approve(link);
    expect(await counted()).toHaveLength(1);
  });

  test('a link that was sent on request to an approver who was removed since', async () => {
    await postOwnLink(desk.page, { a, approver: BEN });
    await desk.linkRequests.deliver();
    const { rules } = desk.page;
    const approvers = rules.settings.approvers.filter(({ id }) => id !== BEN);
    const page = { ...desk.page, rules: { ...rules, settings: { ...rules.settings, approvers } } };
    expect((await approve(desk.asked.token(BEN), page)).statusCode).toBe(403);
  });

  test('a link that was used to deny', async () => {
    await postAnswer(desk.page, { t: desk.asked.token(ANA), answer: 'deny', reason: 'Not now.' });
    expect((await approve(desk.asked.token(ANA))).statusCode).toBe(409);
    expect((await approve(desk.asked.token(BEN))).statusCode).toBe(409);
  });
});

describe('behind a proxy, a genuine link of Ana’s in other hands approves nothing', () => {
  const NOW = new Date('2026-11-02T02:20:00.000Z');
  const header = { alg: 'ES256', kid: KID };
  const servers = { working: new KeyServer(), gone: new KeyServer() };
  servers.gone.failure = new TypeError('fetch failed');
  const jwt = (token: string) => ({ [JWT_HEADER]: token });
  const alb = (token: string) => ({ [ALB_HEADER]: token });

  test.each<[string, Record<string, string>]>([
    ['around the proxy, at the function URL', {}],
    [
      'with the headers that proxies add unsigned',
      { 'x-forwarded-email': ANA, 'x-forwarded-user': ANA, 'x-amzn-oidc-identity': ANA },
    ],
    ['with the signed header forged as plain text', jwt(ANA)],
    ['with a token without a signature', jwt(tokenOf(header, claimsOf(ANA, NOW), () => Buffer.alloc(0)))],
    ['with the algorithm none', jwt(tokenOf({ alg: 'none' }, claimsOf(ANA, NOW), () => Buffer.alloc(0)))],
    [
      'with HS256 and the public key',
      jwt(tokenOf({ alg: 'HS256', kid: KID }, claimsOf(ANA, NOW), hs256WithThePublicKey)),
    ],
    ['with a token signed by somebody else', jwt(tokenOf(header, claimsOf(ANA, NOW), es256(THEIRS.privateKey)))],
    ['with a token of another application', jwt(genuine(ANA, NOW, { aud: ['another-application'] }))],
    ['with a token of another issuer', jwt(genuine(ANA, NOW, { iss: 'https://evil.example.com' }))],
    ['with yesterday’s token', jwt(genuine(ANA, new Date(NOW.getTime() - 86_400_000)))],
    ['with their own valid token', jwt(genuine('stranger@example.com', NOW))],
    ['with the valid token of another approver', jwt(genuine(BEN, NOW))],
    ['with an address that their provider did not verify', jwt(genuine(ANA, NOW, { email_verified: false }))],
    ['with Ana in look-alike letters', jwt(genuine('аna@example.com', NOW))],
    ['with both tokens in one header', jwt(`${genuine(BEN, NOW)},${genuine(ANA, NOW)}`)],
    [
      'with both tokens in two cases of the header',
      { [JWT_HEADER]: genuine(BEN, NOW), [JWT_IDENTITY.header]: genuine(ANA, NOW) },
    ],
    ['with a huge header', jwt(`${'a'.repeat(500_000)}.a.a`)],
    ['with the token of a load balancer, where a JWT is asked for', alb(albToken(ANA, NOW))],
    ['from another site, with Ana’s own sign-in', { ...jwt(genuine(ANA, NOW)), 'sec-fetch-site': 'cross-site' }],
  ])('%s', async (_how, headers) => {
    const identify = identifyBy(pageBehind(JWT_IDENTITY), desk.clock, servers.working.fetch);
    const response = await approve(desk.asked.token(ANA), { ...desk.page, identify }, headers);
    expect(response.statusCode).toBe(403);
    expect(response.text).not.toContain('checkout');
    expect(allOf(await desk.trace(), 'approval.answered')).toEqual([]);
  });

  test('while the keys of the proxy cannot be read, not even with a valid sign-in', async () => {
    const identify = identifyBy(pageBehind(JWT_IDENTITY), desk.clock, servers.gone.fetch);
    const response = await approve(desk.asked.token(ANA), { ...desk.page, identify }, jwt(genuine(ANA, NOW)));
    expect([response.statusCode, response.text]).toEqual([503, expect.stringContaining('cannot be read')]);
    expect(allOf(await desk.trace(), 'approval.answered')).toEqual([]);
  });

  test.each<[string, Record<string, string>]>([
    [
      'of another load balancer of the same Region',
      alb(albToken(ANA, NOW, { header: { signer: `${ALB_IDENTITY.loadBalancerArn}1` } })),
    ],
    ['of another client of the load balancer', alb(albToken(ANA, NOW, { header: { client: 'another' } }))],
    ['of nobody, signed with their own key', alb(albToken(ANA, NOW, { key: THEIRS.privateKey }))],
    ['of another approver', alb(albToken(BEN, NOW))],
  ])('with a token %s', async (_whose, headers) => {
    const identify = identifyBy(pageBehind(ALB_IDENTITY), desk.clock, servers.working.fetch);
    expect((await approve(desk.asked.token(ANA), { ...desk.page, identify }, headers)).statusCode).toBe(403);
    expect(allOf(await desk.trace(), 'approval.answered')).toEqual([]);
  });
});
