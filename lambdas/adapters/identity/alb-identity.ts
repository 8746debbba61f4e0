import { decodeProtectedHeader, errors, importSPKI, jwtVerify, type JWTPayload } from 'jose';
import * as z from 'zod';
import type { AlbIdentity } from '../../contracts/approval-page.ts';
import type { Clock } from '../../contracts/ports.ts';
import { TOLERANCE_SECONDS } from './jwt-identity.ts';
import type { PublishedKeys } from './published-keys.ts';

const A_DAY = 24 * 60 * 60_000;

/** What a load balancer puts into the header of its JWT, where others put claims. */
const AlbHeader = z.looseObject({
  // Part of the address of the key.
  kid: z.string().regex(/^[0-9a-f-]{36}$/),
  signer: z.string(),
  client: z.string(),
  iss: z.string(),
  exp: z.number(),
});

/**
 * Verifies the JWT of an Application Load Balancer, and returns its claims. Every load balancer of the Region signs with keys of
 * the same place, so the signature says only that one of them did; `signer` says which.
 */
export const verifyAlbJwt = async (
  token: string,
  { loadBalancerArn, clientId, issuer, claim }: AlbIdentity,
  { clock, keys }: { readonly clock: Clock; readonly keys: PublishedKeys },
): Promise<JWTPayload> => {
  const header = AlbHeader.safeParse(decodeProtectedHeader(token));
  if (!header.success) throw new errors.JWTInvalid('its header is not that of a load balancer');
  const { kid, signer, client, iss, exp } = header.data;
  const now = clock.now();
  if (signer !== loadBalancerArn) throw new errors.JWTInvalid('another load balancer signed it');
  if (client !== clientId || iss !== issuer) throw new errors.JWTInvalid('it is of another client or issuer');
  if (!(exp + TOLERANCE_SECONDS > now.getTime() / 1000)) throw new errors.JWTInvalid('it has expired');
  const [, , , region = ''] = loadBalancerArn.split(':');
  const key = await keys(`https://public-keys.auth.elb.${region}.amazonaws.com/${kid}`, A_DAY);
  const { payload } = await jwtVerify(token, await importSPKI(key, 'ES256'), {
    algorithms: ['ES256'],
    currentDate: now,
    clockTolerance: TOLERANCE_SECONDS,
    requiredClaims: [claim],
  });
  if (payload.iss !== undefined && payload.iss !== issuer) throw new errors.JWTInvalid('it is of another issuer');
  return payload;
};
