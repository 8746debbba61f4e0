import { createHmac, generateKeyPairSync, randomBytes, sign, timingSafeEqual } from 'node:crypto';
import { keyFingerprint } from '../lambdas/kernel/trace/chain.ts';
import type { MacGenerator, MacVerifier, Sealer } from '../lambdas/contracts/ports.ts';

/** An HMAC-SHA-256 key in memory, in place of KMS. */
export const localMac = (): MacGenerator & MacVerifier => {
  const key = randomBytes(32);
  const mac = (message: Uint8Array): Buffer => createHmac('sha256', key).update(message).digest();
  return {
    generate: async (message) => mac(message).toString('base64'),
    verify: async (message, given) => {
      const bytes = Buffer.from(given, 'base64');
      return bytes.length === 32 && timingSafeEqual(bytes, mac(message));
    },
  };
};

/** A P-256 signing key in memory, in place of KMS. */
export const localSealer = (): Sealer => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return {
    sign: async (message) => ({
      signature: sign('sha256', message, privateKey).toString('base64'),
      keyId: `local:${keyFingerprint(pem)}`,
      publicKey: pem,
    }),
  };
};
