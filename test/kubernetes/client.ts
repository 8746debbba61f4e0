import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import * as z from 'zod';
import { CloudError } from '../../lambdas/contracts/errors.ts';
import type { Cloud, CloudRequest } from '../../lambdas/contracts/ports.ts';
import { E2eFailure } from '../e2e/failure.ts';

/** Where an API server is. */
export interface Endpoint {
  readonly port: number;
  readonly certificateAuthority: string;
}

const Input = z.strictObject({
  namespace: z.string().optional(),
  name: z.string().optional(),
  query: z.record(z.string(), z.string()).default({}),
  body: z.json().optional(),
  contentType: z.string().default('application/json'),
});
const Status = z.looseObject({ reason: z.string().optional(), message: z.string().default('') });
const METHODS = new Map(
  Object.entries({ get: 'GET', list: 'GET', create: 'POST', update: 'PUT', patch: 'PATCH', delete: 'DELETE' }),
);

/** Sends the requests of tools to the real API server, as the owner of a token. */
export const clusterClient = (endpoint: Endpoint, token: string): Cloud => ({
  account: '123456789012',
  region: 'eu-west-1',
  send: async (call) => {
    const { method, path, body, contentType } = httpOf(call);
    const { status, answer } = await exchange(endpoint, token, { method, path, body, contentType });
    if (status < 400) return answer.startsWith('{') ? z.json().parse(JSON.parse(answer)) : answer;
    if (!answer.startsWith('{')) throw new CloudError(String(status), answer);
    const { reason, message } = Status.parse(JSON.parse(answer));
    throw new CloudError(reason ?? String(status), message, undefined, `${call.command} in ${call.service}`);
  },
});

interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string | undefined;
  readonly contentType: string;
}

const httpOf = ({ service, command, input }: CloudRequest): HttpRequest => {
  const { namespace, name, query, body, contentType } = Input.parse(input);
  const [verb = '', what = ''] = command.split(' ');
  const [resource = '', subresource] = what.split('/');
  const method = METHODS.get(verb);
  if (method === undefined) throw new E2eFailure(`${command} begins with no verb of the client.`, 'Use get, patch, ….');
  const parts = [
    service.includes('/') ? `/apis/${service}` : `/api/${service}`,
    ...(namespace === undefined ? [] : ['namespaces', namespace]),
    resource,
    ...(name === undefined ? [] : [name]),
    ...(subresource === undefined ? [] : [subresource]),
  ];
  const search = new URLSearchParams(query).toString();
  const path = `${parts.join('/')}${search === '' ? '' : `?${search}`}`;
  return { method, path, body: body === undefined ? undefined : JSON.stringify(body), contentType };
};

const exchange = async (
  { port, certificateAuthority }: Endpoint,
  token: string,
  { method, path, body, contentType }: HttpRequest,
): Promise<{ status: number; answer: string }> =>
  new Promise((resolve, reject) => {
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': contentType, Accept: 'application/json' };
    const sent = request({ host: '127.0.0.1', port, ca: certificateAuthority, method, path, headers }, (response) => {
      text(response).then((answer) => resolve({ status: response.statusCode ?? 0, answer }), reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });

/** Whether the server says that it is ready. */
export const isReady = async (endpoint: Endpoint, token: string): Promise<boolean> => {
  const nothing = { body: undefined, contentType: 'application/json' };
  const { status } = await exchange(endpoint, token, { method: 'GET', path: '/readyz', ...nothing });
  return status === 200;
};

/** What a call was refused with. Undefined if it was not refused. */
export const refusalOf = async (cloud: Cloud, call: CloudRequest): Promise<CloudError | undefined> =>
  cloud.send(call).then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof CloudError) return error;
      throw error;
    },
  );
