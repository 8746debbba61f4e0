import { createLocalJWKSet, errors, jwtVerify, type JWTHeaderParameters, type JWTPayload } from 'jose';
import * as z from 'zod';
import type { JwtIdentity } from '../../contracts/approval-page.ts';
import { parseJson } from '../../contracts/json.ts';
import type { Clock } from '../../contracts/ports.ts';
import { KeysUnavailable, type PublishedKeys } from './published-keys.ts';

/** Signatures that only the issuer can make: none with a shared secret, and not `none`. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/** The clocks of the issuer and of Lambda may differ by so much. */
export const TOLERANCE_SECONDS = 30;

const KEYS_LIVE = 10 * 60_000;
/** For a key that is not among those kept: the issuer may have a new one. */
const KEYS_LIVE_FOR_AN_UNKNOWN_ONE = 30_000;

const KeySet = z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })) });

/** Verifies the JWT of an OpenID Connect proxy, and returns its claims. */
export const verifyJwt = async (
  token: string,
  { issuer, audience, jwksUrl, claim }: JwtIdentity,
  { clock, keys }: { readonly clock: Clock; readonly keys: PublishedKeys },
): Promise<JWTPayload> => {
  const keyFrom = async (header: JWTHeaderParameters, maxAge: number) => {
    const set = KeySet.safeParse(parseJson(await keys(jwksUrl, maxAge)));
    if (!set.success) throw new KeysUnavailable(jwksUrl, 'it is no set of JSON Web Keys');
    return createLocalJWKSet(set.data)(header);
  };
  const keyOf = async (header: JWTHeaderParameters) => {
    try {
      return await keyFrom(header, KEYS_LIVE);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      return keyFrom(header, KEYS_LIVE_FOR_AN_UNKNOWN_ONE);
    }
  };
  const { payload } = await jwtVerify(token, keyOf, {
    algorithms: ALGORITHMS,
    issuer,
    audience,
    currentDate: clock.now(),
    clockTolerance: TOLERANCE_SECONDS,
    requiredClaims: ['exp', claim],
  });
  return payload;
};
