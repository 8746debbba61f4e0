import { httpsSender, type HttpsOptions } from '../../adapters/https.ts';
import { contractBroken } from '../../contracts/errors.ts';
import { addressOf, requestName, type ClusterRequest } from './call.ts';
import { clusterError, clusterUnavailable } from './errors.ts';

/** Where an API server is, and the only certificate authority that it may be signed by. */
export interface ClusterEndpoint {
  readonly endpoint: string;
  /** In PEM, or in base64 as EKS shows it. */
  readonly certificateAuthority: string;
}

export interface ClientOptions extends Omit<HttpsOptions, 'certificateAuthority' | 'unavailable'> {
  readonly token: () => Promise<string>;
}

/**
 * Sends requests to one API server as one user. Answers are JSON, and text where the server sends text (logs). The incident is
 * in the User-Agent, and with it in the audit log of the cluster.
 */
export type ClusterClient = (request: ClusterRequest, incidentId: string) => Promise<unknown>;

/** A client of one API server. It keeps its connections. */
export const clusterClient = (
  { endpoint, certificateAuthority }: ClusterEndpoint,
  { token, ...options }: ClientOptions,
): ClusterClient => {
  const send = httpsSender({
    ...options,
    certificateAuthority: pemOf(certificateAuthority),
    unavailable: clusterUnavailable,
  });
  return async (request, incidentId) => {
    const call = requestName(request);
    const { method, path } = addressOf(request);
    const body = bodyOf(request);
    const headers = {
      authorization: `Bearer ${await token()}`,
      accept: 'application/json, */*',
      'user-agent': `checkrein incident/${incidentId.replace(/[^\w.-]/g, '-')}`,
      ...(body !== undefined && {
        'content-type': contentTypeOf(request),
        'content-length': `${Buffer.byteLength(body)}`,
      }),
    };
    const answer = await send({
      call,
      url: new URL(path, endpoint),
      method,
      headers,
      ...(body !== undefined && { body }),
    });
    const parsed = answer.contentType.startsWith('application/json') ? jsonOf(call, answer.text) : answer.text;
    if (answer.status >= 200 && answer.status < 300) return parsed;
    throw clusterError(call, { status: answer.status, body: parsed });
  };
};

/** A body that is sent without a type that says how it is to be read could be read as another kind of patch. */
const contentTypeOf = ({ call, contentType }: ClusterRequest): string => {
  if (contentType !== undefined && /^application\/[a-z0-9.+-]+$/.test(contentType)) return contentType;
  if (contentType === undefined && call.verb !== 'patch') return 'application/json';
  throw contractBroken(
    `${call.verb} ${call.resource} has the content type ${JSON.stringify(contentType)}; expected e.g. application/json-patch+json.`,
  );
};

const bodyOf = ({ body }: ClusterRequest): string | undefined =>
  body === undefined ? undefined : JSON.stringify(body);

const jsonOf = (call: string, text: string): unknown => {
  try {
    const json: unknown = JSON.parse(text);
    return json;
  } catch (error) {
    throw clusterUnavailable(call, 'an answer that is cut off or is no JSON', error);
  }
};

const pemOf = (authority: string): string =>
  authority.includes('-----BEGIN') ? authority : Buffer.from(authority, 'base64').toString('utf8');
