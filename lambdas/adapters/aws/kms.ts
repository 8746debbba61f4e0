import { createPublicKey } from 'node:crypto';
import {
  GenerateMacCommand,
  GetPublicKeyCommand,
  KMSClient,
  KMSInvalidMacException,
  SignCommand,
  VerifyMacCommand,
} from '@aws-sdk/client-kms';
import { contractBroken } from '../../contracts/errors.ts';
import type { MacGenerator, MacVerifier, Sealer } from '../../contracts/ports.ts';
import { CONNECTION } from './connection.ts';
import { translateAwsError } from './errors.ts';

const kmsClient = (): KMSClient => new KMSClient(CONNECTION);

const ALGORITHM = 'HMAC_SHA_256';
const MAC_BYTES = 32;

/** Generates MACs of grants or links. */
export const kmsMacGenerator = (keyId: string, client = kmsClient()): MacGenerator => ({
  generate: async (message) => {
    const command = new GenerateMacCommand({ KeyId: keyId, MacAlgorithm: ALGORITHM, Message: message });
    const { Mac } = await client.send(command).catch(rethrowAs('kms:GenerateMac'));
    return base64(Mac, 'kms:GenerateMac');
  },
});

/** Verifies MACs. One whose base64 is not exactly what `generate` writes is rejected without a call. */
export const kmsMacVerifier = (keyId: string, client = kmsClient()): MacVerifier => ({
  verify: async (message, mac) => {
    const bytes = Buffer.from(mac, 'base64');
    if (bytes.length !== MAC_BYTES || bytes.toString('base64') !== mac) return false;
    const command = new VerifyMacCommand({ KeyId: keyId, MacAlgorithm: ALGORITHM, Message: message, Mac: bytes });
    try {
      return (await client.send(command)).MacValid === true;
    } catch (error) {
      if (error instanceof KMSInvalidMacException) return false;
      throw translateAwsError('kms:VerifyMac', error);
    }
  },
});

/** Signs the heads of closed traces with an asymmetric key, and returns its public key with the signature. */
export const kmsSealer = (keyId: string, client = kmsClient()): Sealer => {
  let publicKey: string | undefined;
  return {
    sign: async (message) => {
      publicKey ??= await fetchPublicKey(keyId, client);
      const command = new SignCommand({
        KeyId: keyId,
        SigningAlgorithm: 'ECDSA_SHA_256',
        MessageType: 'RAW',
        Message: message,
      });
      const { Signature, KeyId } = await client.send(command).catch(rethrowAs('kms:Sign'));
      return { signature: base64(Signature, 'kms:Sign'), keyId: KeyId ?? keyId, publicKey };
    },
  };
};

/** The public key as PEM, the format that tools for verifying signatures read. */
const fetchPublicKey = async (keyId: string, client: KMSClient): Promise<string> => {
  const { PublicKey } = await client
    .send(new GetPublicKeyCommand({ KeyId: keyId }))
    .catch(rethrowAs('kms:GetPublicKey'));
  const der = Buffer.from(base64(PublicKey, 'kms:GetPublicKey'), 'base64');
  return createPublicKey({ key: der, format: 'der', type: 'spki' }).export({ format: 'pem', type: 'spki' }).toString();
};

const base64 = (bytes: Uint8Array | undefined, action: string): string => {
  if (bytes === undefined) throw contractBroken(`${action} answered without a result.`);
  return Buffer.from(bytes).toString('base64');
};

const rethrowAs =
  (action: string) =>
  (error: unknown): never => {
    throw translateAwsError(action, error);
  };
