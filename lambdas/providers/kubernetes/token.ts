import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Clock } from '../../contracts/ports.ts';
import type { Credentials } from '../../adapters/aws/connection.ts';

/** Credentials that are asked for when something is signed: they expire. A person's own have no session token. */
export type CredentialSource = () => Promise<Omit<Credentials, 'sessionToken'> & Partial<Credentials>>;

/** Who asks, for which cluster of EKS. */
export interface TokenOptions {
  readonly region: string;
  /** Name of the cluster in EKS. */
  readonly eksName: string;
  readonly credentials: CredentialSource;
  readonly clock: Pick<Clock, 'now'>;
}

/** EKS takes a token for 15 minutes, whatever it says; a request must end before that. */
const CACHED_MS = 10 * 60_000;
/** What the signed URL says: aws-iam-authenticator refuses more than 900 seconds. */
const EXPIRES_SECONDS = 60;

/**
 * Tokens for a cluster of EKS: a signed request for sts:GetCallerIdentity, which only names the caller. The name of the
 * cluster is part of what is signed, so a token is good for this cluster alone.
 */
export const eksTokens = ({ region, eksName, credentials, clock }: TokenOptions): (() => Promise<string>) => {
  const signer = new SignatureV4({ service: 'sts', region, credentials, sha256: Sha256 });
  let current: { readonly token: Promise<string>; readonly until: number } | undefined;
  return () => {
    const now = clock.now();
    if (current !== undefined && now.getTime() < current.until) return current.token;
    const made = { token: presigned(signer, region, eksName, now), until: now.getTime() + CACHED_MS };
    current = made;
    // A failure is not cached: credentials may be there next time.
    made.token.catch(() => {
      if (current === made) current = undefined;
    });
    return made.token;
  };
};

const presigned = async (signer: SignatureV4, region: string, eksName: string, now: Date): Promise<string> => {
  const hostname = awsHost('sts', region);
  const { query = {} } = await signer.presign(
    {
      method: 'GET',
      protocol: 'https:',
      hostname,
      path: '/',
      query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
      headers: { host: hostname, 'x-k8s-aws-id': eksName },
    },
    { expiresIn: EXPIRES_SECONDS, signingDate: now },
  );
  const search = Object.entries(query).map(([key, value]) => `${encoded(key)}=${encoded(String(value))}`);
  return `k8s-aws-v1.${Buffer.from(`https://${hostname}/?${search.join('&')}`).toString('base64url')}`;
};

/** The host of a service in a Region. */
export const awsHost = (service: string, region: string): string =>
  `${service}.${region}.${region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'}`;

/** As AWS encodes queries: `!'()*` too. */
export const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

type Bytes = string | ArrayBuffer | ArrayBufferView;

/** SHA-256 as the signer takes it. */
export class Sha256 {
  readonly #secret: Bytes | undefined;
  #hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;

  constructor(secret?: Bytes) {
    this.#secret = secret;
    this.#hash = hashOf(secret);
  }

  update(data: Uint8Array | string): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = hashOf(this.#secret);
  }
}

const hashOf = (secret: Bytes | undefined) =>
  secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));

const bytesOf = (data: Bytes): string | Uint8Array => {
  if (typeof data === 'string') return data;
  return data instanceof ArrayBuffer
    ? new Uint8Array(data)
    : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
};
