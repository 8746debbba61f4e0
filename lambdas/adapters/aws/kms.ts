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
import { translated } from './errors.ts';

/** The client of the keys. */
const kmsClient = (): KMSClient => new KMSClient(CONNECTION);

const ALGORITHM = 'HMAC_SHA_256';
const MAC_BYTES = 32;

/** The half of a MAC key that makes grants or links. */
export const kmsMacGenerator = (keyId: string, client = kmsClient()): MacGenerator => ({
  generate: async (message) => {
    const command = new GenerateMacCommand({ KeyId: keyId, MacAlgorithm: ALGORITHM, Message: message });
    const { Mac } = await client.send(command).catch(because('kms:GenerateMac'));
    return base64(Mac, 'kms:GenerateMac');
  },
});

/** The half of a MAC key that checks them. A MAC in any other spelling than `generate`'s is refused unasked. */
export const kmsMacVerifier = (keyId: string, client = kmsClient()): MacVerifier => ({
  verify: async (message, mac) => {
    const bytes = Buffer.from(mac, 'base64');
    if (bytes.length !== MAC_BYTES || bytes.toString('base64') !== mac) return false;
    const command = new VerifyMacCommand({ KeyId: keyId, MacAlgorithm: ALGORITHM, Message: message, Mac: bytes });
    try {
      return (await client.send(command)).MacValid === true;
    } catch (error) {
      if (error instanceof KMSInvalidMacException) return false;
      throw translated('kms:VerifyMac', error);
    }
  },
});

/** Signs the heads of closed traces with an asymmetric key, whose public half goes along. */
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
      const { Signature, KeyId } = await client.send(command).catch(because('kms:Sign'));
      return { signature: base64(Signature, 'kms:Sign'), keyId: KeyId ?? keyId, publicKey };
    },
  };
};

/** The public key as PEM, which every tool that verifies signatures reads. */
const fetchPublicKey = async (keyId: string, client: KMSClient): Promise<string> => {
  const { PublicKey } = await client.send(new GetPublicKeyCommand({ KeyId: keyId })).catch(because('kms:GetPublicKey'));
  const der = Buffer.from(base64(PublicKey, 'kms:GetPublicKey'), 'base64');
  return createPublicKey({ key: der, format: 'der', type: 'spki' }).export({ format: 'pem', type: 'spki' }).toString();
};

const base64 = (bytes: Uint8Array | undefined, asked: string): string => {
  if (bytes === undefined) throw contractBroken(`${asked} answered without a result.`);
  return Buffer.from(bytes).toString('base64');
};

const because =
  (asked: string) =>
  (error: unknown): never => {
    throw translated(asked, error);
  };
