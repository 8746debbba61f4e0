import type { JWTPayload } from 'jose';
import type { AlbIdentity, ApprovalPage, JwtIdentity } from '../../contracts/approval-page.ts';
import type { Clock, Identified, Identify } from '../../contracts/ports.ts';
import { verifyAlbJwt } from './alb-identity.ts';
import { verifyJwt } from './jwt-identity.ts';
import { fetchText, KeysUnavailable, publishedKeys, type FetchText } from './published-keys.ts';

/** The header that a load balancer signs. */
const ALB_HEADER = 'x-amzn-oidc-data';
/** Characters of a token: a load balancer's may have eleven thousand. */
const LONGEST_TOKEN = 16_384;
/** Three parts. A header that was sent twice has a comma in it. */
const TOKEN = /^[\w-]+=*\.[\w-]+=*\.[\w-]+=*$/;

/** Who the team's proxy says sent a request. Undefined where the settings name no proxy that says it. */
export const identifyBy = (
  page: ApprovalPage | undefined,
  clock: Clock,
  fetched: FetchText = fetchText,
): Identify | undefined => {
  if (page === undefined || page.identity.kind === 'none' || page.identity.kind === 'iam') return undefined;
  const { identity, url } = page;
  const ports = { clock, keys: publishedKeys(fetched, clock) };
  return async (headers) => {
    const token = tokenIn(headers, identity);
    if (token === undefined)
      return refused(`This page is opened at ${url} and nowhere else: this request has no sign-in, or not one alone.`);
    try {
      const payload = await (identity.kind === 'jwt'
        ? verifyJwt(token, identity, ports)
        : verifyAlbJwt(token, identity, ports));
      return nameIn(payload, identity.claim);
    } catch (error) {
      if (error instanceof KeysUnavailable) return { kind: 'unavailable', reason: `${error.message} ${error.advice}` };
      const problem = error instanceof Error ? error.message : 'unknown error';
      return refused(`The sign-in of this request is not valid (${problem}). Sign in again at ${url}.`);
    }
  };
};

const refused = (reason: string): Identified => ({ kind: 'refused', reason });

const tokenIn = (headers: Parameters<Identify>[0], identity: JwtIdentity | AlbIdentity): string | undefined => {
  const name = identity.kind === 'jwt' ? identity.header.toLowerCase() : ALB_HEADER;
  const values = Object.entries(headers).filter(([key, value]) => key.toLowerCase() === name && value !== undefined);
  const [only, ...more] = values.map(([, value = '']) => value);
  if (only === undefined || more.length > 0 || only.length > LONGEST_TOKEN) return undefined;
  const token = name === 'authorization' ? only.replace(/^Bearer /i, '') : only;
  return TOKEN.test(token) ? token : undefined;
};

/** Whoever may register at an identity provider can give any address. Where it says whether it checked, it must have. */
const nameIn = (payload: JWTPayload, claim: string): Identified => {
  const { [claim]: name, email_verified: verified = true } = payload;
  if (typeof name !== 'string' || name === '') return refused(`The sign-in has no text as its claim ${claim}.`);
  if (claim === 'email' && verified !== true && verified !== 'true')
    return refused('The sign-in has an e-mail address that was not verified.');
  return { kind: 'person', name };
};
