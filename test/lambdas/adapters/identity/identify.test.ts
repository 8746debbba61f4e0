import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { identifyBy } from '../../../../lambdas/adapters/identity/identify.ts';
import { fetchText } from '../../../../lambdas/adapters/identity/published-keys.ts';
import { ManualClock } from '../../../fakes/small-ports.ts';
import { like } from '../../../fixtures/matchers.ts';
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
  OURS,
  pageBehind,
  THEIRS,
  tokenOf,
} from '../../../fixtures/signed-tokens.ts';

const ANA = 'ana@example.com';
const PERSON = { kind: 'person', name: ANA };
const NOW = new Date('2026-11-02T02:20:00.000Z');

let server: KeyServer;
let clock: ManualClock;
beforeEach(() => {
  server = new KeyServer();
  clock = new ManualClock(NOW.toISOString());
});

const by = (identity: Parameters<typeof pageBehind>[0]) => {
  const identify = identifyBy(pageBehind(identity), clock, server.fetch);
  expect.assert(identify !== undefined);
  return identify;
};
const jwt = (token: string, header = JWT_HEADER) => by(JWT_IDENTITY)({ [header]: token });
const header = { alg: 'ES256', kid: KID };
const PAST = { exp: NOW.getTime() / 1000 - 60 };

describe('a proxy that adds a JWT', () => {
  test('says who somebody is, and its keys are fetched once', async () => {
    const identify = by(JWT_IDENTITY);
    for (let visit = 0; visit < 5; visit += 1)
      expect(await identify({ [JWT_HEADER]: genuine(ANA, NOW) })).toEqual(PERSON);
    expect(server.fetched).toEqual([JWT_IDENTITY.jwksUrl]);
  });

  test('may use the header authorization, with Bearer', async () => {
    const identify = by({ ...JWT_IDENTITY, header: 'Authorization' });
    expect(await identify({ authorization: `Bearer ${genuine(ANA, NOW)}` })).toEqual(PERSON);
  });

  test.each([
    ['no header', ''],
    ['a header without a signature', tokenOf(header, claimsOf(ANA, NOW), () => Buffer.alloc(0))],
    ['only two parts', genuine(ANA, NOW).split('.').slice(0, 2).join('.')],
    ['an e-mail address in place of a token', ANA],
    ['the algorithm none', tokenOf({ alg: 'none' }, claimsOf(ANA, NOW), () => Buffer.alloc(0))],
    ['the algorithm None, with bytes as a signature', tokenOf({ alg: 'None', kid: KID }, claimsOf(ANA, NOW), es256())],
    ['HS256 with the public key', tokenOf({ alg: 'HS256', kid: KID }, claimsOf(ANA, NOW), hs256WithThePublicKey)],
    ['the key of somebody else', tokenOf(header, claimsOf(ANA, NOW), es256(THEIRS.privateKey))],
    ['another issuer', genuine(ANA, NOW, { iss: 'https://evil.example.com' })],
    ['another audience', genuine(ANA, NOW, { aud: ['another-application'] })],
    ['no audience', genuine(ANA, NOW, { aud: [] })],
    ['an expiry that has passed', genuine(ANA, NOW, PAST)],
    ['a time before which it is not valid', genuine(ANA, NOW, { nbf: NOW.getTime() / 1000 + 600 })],
    ['a key that is not published', tokenOf({ alg: 'ES256', kid: 'key-2' }, claimsOf(ANA, NOW), es256())],
    [
      'a key in its own header',
      tokenOf(
        { alg: 'ES256', jwk: THEIRS.publicKey.export({ format: 'jwk' }).x ?? '' },
        claimsOf(ANA, NOW),
        es256(THEIRS.privateKey),
      ),
    ],
    ['an unknown critical extension', tokenOf({ ...header, crit: ['exp'], exp: 1 }, claimsOf(ANA, NOW), es256())],
    ['an e-mail address that was not verified', genuine(ANA, NOW, { email_verified: false })],
    ['two e-mail addresses', genuine(ANA, NOW, { email: [ANA, 'ben@example.com'] })],
    ['no e-mail address', genuine('', NOW)],
    ['two tokens', `${genuine(ANA, NOW)},${genuine('ben@example.com', NOW)}`],
    ['a megabyte', `${'a'.repeat(1_000_000)}.b.c`],
  ])('with %s is refused in words', async (_what, token) => {
    const identified = await jwt(token);
    expect(identified).toMatchObject({ kind: 'refused', reason: like(/\w{4}.*\.$/u) });
  });

  test('without an expiry is refused', async () => {
    const claims = Object.fromEntries(Object.entries(claimsOf(ANA, NOW)).filter(([name]) => name !== 'exp'));
    expect(await jwt(tokenOf(header, claims, es256()))).toMatchObject({ kind: 'refused' });
  });

  test('whose header comes in two cases is refused: nobody knows which one the proxy wrote', async () => {
    const headers = { [JWT_HEADER]: genuine(ANA, NOW), [JWT_HEADER.toUpperCase()]: genuine('ben@example.com', NOW) };
    expect(await by(JWT_IDENTITY)(headers)).toMatchObject({ kind: 'refused' });
  });

  test('is taken in no other header', async () => {
    for (const other of ['x-forwarded-email', 'x-amzn-oidc-data', 'authorization', 'x-auth-request-email'])
      expect(await jwt(genuine(ANA, NOW), other)).toMatchObject({ kind: 'refused' });
  });

  test('gets new keys soon after its issuer has them', async () => {
    const identify = by(JWT_IDENTITY);
    await identify({ [JWT_HEADER]: genuine(ANA, NOW) });
    server.jwks = JSON.stringify({
      keys: [{ ...OURS.publicKey.export({ format: 'jwk' }), kid: 'key-2', alg: 'ES256' }],
    });
    await clock.sleep(31_000);
    const rotated = tokenOf({ alg: 'ES256', kid: 'key-2' }, claimsOf(ANA, clock.now()), es256());
    expect(await identify({ [JWT_HEADER]: rotated })).toEqual(PERSON);
    expect(server.fetched).toHaveLength(2);
  });

  test('that names keys which nobody has makes few fetches, however often', async () => {
    const identify = by(JWT_IDENTITY);
    for (let attempt = 0; attempt < 200; attempt += 1) {
      const token = tokenOf({ alg: 'ES256', kid: `key-${attempt + 2}` }, claimsOf(ANA, clock.now()), es256());
      expect(await identify({ [JWT_HEADER]: token })).toMatchObject({ kind: 'refused' });
      await clock.sleep(1000);
    }
    expect(server.fetched.length).toBeLessThan(10);
  });

  test.each([
    ['cannot be reached', () => void (server.failure = new TypeError('fetch failed'))],
    ['is no JSON', () => void (server.jwks = '<html>Maintenance</html>')],
    ['has no keys', () => void (server.jwks = '{}')],
  ])('whose key set %s: nobody gets in, and the reason is in words', async (_what, break_) => {
    break_();
    const reason = like(/^The keys at https:\/\/team\S+ cannot be read: .+ Try again in a minute\.$/);
    expect(await jwt(genuine(ANA, NOW))).toEqual({ kind: 'unavailable', reason });
  });
});

describe('a load balancer', () => {
  const alb = (token: string) => by(ALB_IDENTITY)({ [ALB_HEADER]: token });

  test('says who somebody is, though it pads its token', async () => {
    const token = albToken(ANA, NOW);
    expect(token).toContain('=');
    expect(await alb(token)).toEqual(PERSON);
  });

  test.each([
    ['another load balancer', { signer: `${ALB_IDENTITY.loadBalancerArn}0` }],
    ['another client', { client: 'another-application' }],
    ['another issuer', { iss: 'https://evil.example.com' }],
    ['a time that has passed', PAST],
    ['no time', { exp: null }],
    ['a key whose name is a path', { kid: '../../../../evil.example.com/a-key-of-36-chars' }],
    ['a key that is not published', { kid: '00000000-0000-0000-0000-000000000000' }],
    ['another algorithm', { alg: 'HS256' }],
    ['no algorithm', { alg: 'none' }],
  ])('with %s signs nobody in', async (_what, changed) => {
    expect((await alb(albToken(ANA, NOW, { header: changed }))).kind).not.toBe('person');
    expect(server.fetched.filter((url) => url.includes('evil'))).toEqual([]);
  });

  test('that is somebody else’s cannot sign with its own key', async () => {
    expect(await alb(albToken(ANA, NOW, { key: THEIRS.privateKey }))).toMatchObject({ kind: 'refused' });
  });

  test('forged tokens with ever new keys make ten fetches a minute at most, and those who are signed in stay', async () => {
    const identify = by(ALB_IDENTITY);
    expect(await identify({ [ALB_HEADER]: albToken(ANA, NOW) })).toEqual(PERSON);
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const kid = `00000000-0000-0000-0000-${String(attempt).padStart(12, '0')}`;
      await identify({ [ALB_HEADER]: albToken(ANA, NOW, { header: { kid } }) });
    }
    expect(server.fetched).toHaveLength(10);
    expect(await identify({ [ALB_HEADER]: albToken(ANA, NOW) })).toEqual(PERSON);
  });
});

test('without a proxy that says who somebody is, nobody is asked', () => {
  expect(identifyBy(undefined, clock)).toBeUndefined();
  expect(identifyBy(pageBehind({ kind: 'none' }), clock)).toBeUndefined();
});

describe('keys from the web', () => {
  let web: ReturnType<typeof createServer> | undefined;
  afterEach(() => web?.close());
  const serve = async (status: number, body: string, headers: Record<string, string> = {}): Promise<string> => {
    const serving = createServer((_request, response) => response.writeHead(status, headers).end(body));
    web = serving;
    await new Promise<void>((listening) => serving.listen(0, '127.0.0.1', listening));
    const address = serving.address();
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`;
  };

  test('are read', async () => {
    expect(await fetchText(await serve(200, '{"keys":[]}'))).toBe('{"keys":[]}');
  });

  test.each([
    ['an error', 500, 'no', {}],
    ['a redirect', 302, '', { location: 'http://169.254.169.254/' }],
    ['a text without end', 200, 'x'.repeat(1_000_000), {}],
  ] as const)('that are %s are not used', async (_what, status, body, headers) => {
    await expect(fetchText(await serve(status, body, headers))).rejects.toThrow();
  });
});
