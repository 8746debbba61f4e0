import { SignatureV4 } from '@smithy/signature-v4';
import * as z from 'zod';
import { httpsSender, type HttpsAnswer } from '../../adapters/https.ts';
import { CloudError } from '../../contracts/errors.ts';
import type { ClusterEndpoint } from './client.ts';
import { clusterUnavailable } from './errors.ts';
import { awsHost, Sha256, type TokenOptions } from './token.ts';

const Described = z.object({
  cluster: z.object({
    status: z.string(),
    endpoint: z.string().optional(),
    certificateAuthority: z.object({ data: z.string() }).optional(),
  }),
});
const Refusal = z.looseObject({ message: z.string() });

/** Sends a signed request. */
export type EksSender = (request: Parameters<ReturnType<typeof httpsSender>>[0]) => Promise<HttpsAnswer>;

/**
 * Endpoint and certificate authority of a cluster, by eks:DescribeCluster. It is one signed GET, so the SDK's client of EKS
 * (another 300 KB in four functions) is not needed for it.
 */
export const describeCluster = async (
  { region, eksName, credentials, clock }: TokenOptions,
  send: EksSender = httpsSender({ unavailable: clusterUnavailable }),
): Promise<ClusterEndpoint> => {
  const call = `eks:DescribeCluster on ${eksName}`;
  const signer = new SignatureV4({ service: 'eks', region, credentials, sha256: Sha256 });
  const hostname = awsHost('eks', region);
  const path = `/clusters/${encodeURIComponent(eksName)}`;
  const { headers } = await signer.sign(
    { method: 'GET', protocol: 'https:', hostname, path, query: {}, headers: { host: hostname } },
    { signingDate: clock.now() },
  );
  const answer = await send({ call, url: new URL(path, `https://${hostname}`), method: 'GET', headers });
  return endpointIn(call, answer);
};

const endpointIn = (call: string, { status, text }: HttpsAnswer): ClusterEndpoint => {
  if (status === 429 || status >= 500) throw clusterUnavailable(call, `${status}`);
  const json = parsed(text);
  if (status !== 200) {
    const { data } = Refusal.safeParse(json);
    throw new CloudError(codeOf(status), data?.message ?? `HTTP ${status}`, undefined, call);
  }
  const { data } = Described.safeParse(json);
  const { endpoint, certificateAuthority, status: state } = data?.cluster ?? {};
  if (endpoint === undefined || certificateAuthority === undefined || !/^https:\/\/[^/?#@]+\/?$/.test(endpoint))
    throw clusterUnavailable(call, `no endpoint and certificate; the cluster is ${state ?? 'not described'}`);
  return { endpoint, certificateAuthority: certificateAuthority.data };
};

const codeOf = (status: number): string => {
  if (status === 404) return 'ResourceNotFoundException';
  return status === 403 ? 'AccessDeniedException' : 'InvalidRequestException';
};

const parsed = (text: string): unknown => {
  try {
    const json: unknown = JSON.parse(text);
    return json;
  } catch {
    return undefined;
  }
};
