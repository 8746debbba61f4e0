import { describe, expect, test } from 'vitest';
import type { CloudRequest } from '../../../../lambdas/contracts/ports.ts';
import { clusterRequest } from '../../../../lambdas/providers/kubernetes/call.ts';
import { clusterClient, type ClientOptions } from '../../../../lambdas/providers/kubernetes/client.ts';
import { AUTHORITY, FakeApiServer, OTHER_AUTHORITY, status, type ApiReply } from '../../../fakes/api-server.ts';
import { like } from '../../../fixtures/matchers.ts';

const getPod = { service: 'v1', command: 'get pods', input: { namespace: 'shop', name: 'cart-1' } };

const sent = async (
  reply: ApiReply | readonly ApiReply[],
  request: CloudRequest = getPod,
  more: Partial<ClientOptions> & { readonly certificateAuthority?: string } = {},
) => {
  await using server = await FakeApiServer.start(...[reply].flat());
  const { certificateAuthority = AUTHORITY, ...options } = more;
  const send = clusterClient(
    { endpoint: server.endpoint, certificateAuthority },
    { token: async () => 'k8s-aws-v1.abc', ...options },
  );
  const settled = await Promise.allSettled([send(clusterRequest(request), 'inc-1')]);
  return { received: server.received, settled: settled[0] };
};

const failure = async (...args: Parameters<typeof sent>): Promise<unknown> => {
  const { settled } = await sent(...args);
  return settled.status === 'rejected' ? settled.reason : settled;
};

describe('a request to a cluster', () => {
  test('is made under the token, names the incident, and is answered with JSON', async () => {
    const { received, settled } = await sent({ json: { kind: 'Pod' } });
    expect(settled).toEqual({ status: 'fulfilled', value: { kind: 'Pod' } });
    expect(received).toMatchObject([
      {
        method: 'GET',
        url: '/api/v1/namespaces/shop/pods/cart-1',
        headers: { authorization: 'Bearer k8s-aws-v1.abc', 'user-agent': 'checkrein incident/inc-1' },
        body: '',
      },
    ]);
  });

  test.each([
    [
      'apps/v1',
      'list deployments',
      { query: { limit: 5, labelSelector: 'a=b,c' } },
      'GET',
      '/apis/apps/v1/namespaces/shop/deployments?limit=5&labelSelector=a%3Db%2Cc',
    ],
    [
      'v1',
      'get pods/log',
      { name: 'a', query: { previous: true } },
      'GET',
      '/api/v1/namespaces/shop/pods/a/log?previous=true',
    ],
    ['v1', 'get namespaces', { name: 'shop' }, 'GET', '/api/v1/namespaces/shop'],
    [
      'policy/v1',
      'create pods/eviction',
      { name: 'a', body: {} },
      'POST',
      '/apis/policy/v1/namespaces/shop/pods/a/eviction',
    ],
    [
      'apps/v1',
      'patch deployments/scale',
      { name: 'a', body: [], contentType: 'application/json-patch+json', query: { dryRun: 'All' } },
      'PATCH',
      '/apis/apps/v1/namespaces/shop/deployments/a/scale?dryRun=All',
    ],
  ])('%s, %s: goes to the path of the object', async (service, command, input, method, url) => {
    const scope = command === 'get namespaces' ? {} : { namespace: 'shop' };
    const { received } = await sent({ json: {} }, { service, command, input: { ...scope, ...input } });
    expect(received).toMatchObject([{ method, url }]);
  });

  test.each([
    [{ namespace: '../kube-system', name: 'a' }, 'namespace: the name of a namespace'],
    [{ namespace: 'shop', name: '../../secrets/a' }, 'name: the name of an object'],
    [{ namespace: 'shop', name: 'a?dryRun=All' }, 'name: the name of an object'],
    [{ namespace: 'shop', name: 'a', path: '/api' }, 'Unrecognized key'],
  ])('with %j is not sent', async (input, says) => {
    expect(() => clusterRequest({ ...getPod, input })).toThrow(says);
  });

  test.each(['exec pods', 'deletecollection pods', 'impersonate users', 'watch pods', 'get *', 'get pods/../x', 'get'])(
    'with the command %j is not sent',
    (command) => expect(() => clusterRequest({ ...getPod, command })).toThrow('is not a call of Kubernetes'),
  );

  test('that patches says how the body is to be read, or is not sent', async () => {
    const request = {
      service: 'apps/v1',
      command: 'patch deployments',
      input: { namespace: 'shop', name: 'a', body: [] },
    };
    expect(await failure({ json: {} }, request)).toMatchObject({ name: 'ContractBroken' });
  });
});

describe('an API server', () => {
  test('whose certificate another authority signed gets no request', async () => {
    const { received, settled } = await sent({ json: {} }, getPod, { certificateAuthority: OTHER_AUTHORITY });
    expect(settled).toMatchObject({ status: 'rejected', reason: { name: 'CloudUnavailable' } });
    expect(received).toEqual([]);
  });

  test('is known by the certificate in base64 too, as EKS shows it', async () => {
    const certificateAuthority = Buffer.from(AUTHORITY).toString('base64');
    expect((await sent({ json: {} }, getPod, { certificateAuthority })).settled.status).toBe('fulfilled');
  });

  test('that redirects is not followed', async () => {
    const elsewhere: ApiReply = (response) => response.writeHead(302, { location: 'https://example.com/' }).end();
    const { received, settled } = await sent(elsewhere);
    expect(received).toHaveLength(1);
    expect(settled).toMatchObject({ status: 'rejected', reason: { code: 'HTTP 302' } });
  });

  test('that does not answer in time is unavailable', async () => {
    expect(await failure(() => undefined, getPod, { timeoutMs: 200 })).toMatchObject({
      name: 'CloudUnavailable',
      message: 'get pods on shop/cart-1 got no usable response from the cluster (none within 0.2 s).',
    });
  });

  test('that stops in the middle of an answer is unavailable', async () => {
    const cut: ApiReply = (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"kind":', () => response.destroy());
    };
    expect(await failure(cut)).toMatchObject({ name: 'CloudUnavailable' });
  });

  test('that answers more than is read is refused in words', async () => {
    const much = { json: 'x'.repeat(20_000) };
    expect(await failure(much, getPod, { mostBytes: 10_240 })).toMatchObject({
      name: 'ToolRefusal',
      message: like('answered more than 10 KiB'),
    });
  });

  test('answers logs as text', async () => {
    const log: ApiReply = (response) => response.writeHead(200, { 'content-type': 'text/plain' }).end('{"a":1}\nb');
    const { settled } = await sent(log, { ...getPod, command: 'get pods/log' });
    expect(settled).toEqual({ status: 'fulfilled', value: '{"a":1}\nb' });
  });
});

describe('a connection that was closed meanwhile', () => {
  const gone: ApiReply = (response) => void response.destroy();
  const patch = {
    service: 'apps/v1',
    command: 'patch deployments',
    input: { namespace: 'shop', name: 'a', body: [], contentType: 'application/json-patch+json' },
  };

  test.each([
    ['a read is sent again, once', getPod, 3, 'fulfilled'],
    ['a change is not sent again, because it may have been made', patch, 2, 'rejected'],
  ])('%s', async (_promise, request, requests, outcome) => {
    await using server = await FakeApiServer.start({ json: {} }, gone, { json: {} });
    const endpoint = { endpoint: server.endpoint, certificateAuthority: AUTHORITY };
    const send = clusterClient(endpoint, { token: async () => 't' });
    await send(clusterRequest(getPod), 'inc-1');
    const [settled] = await Promise.allSettled([send(clusterRequest(request), 'inc-1')]);
    expect(settled.status).toBe(outcome);
    expect(server.received).toHaveLength(requests);
  });
});

describe('a refusal of the cluster', () => {
  test.each([
    [404, 'NotFound'],
    [409, 'Conflict'],
    [403, 'Forbidden'],
    [422, 'Invalid'],
  ])('%d is %s, with its message and its details', async (code, reason) => {
    const details = { name: 'cart-1', causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "helm"' }] };
    expect(await failure(status(code, reason, 'it said so', details))).toMatchObject({
      code: reason,
      awsMessage: 'it said so',
      call: 'get pods on shop/cart-1',
      details,
    });
  });

  test('of an eviction for a disruption budget is an answer; of a busy server it is not', async () => {
    const budget = { causes: [{ reason: 'DisruptionBudget', message: 'needs 2' }] };
    expect(await failure(status(429, 'TooManyRequests', 'Cannot evict', budget))).toMatchObject({
      code: 'TooManyRequests',
    });
    expect(await failure(status(429, 'TooManyRequests', 'try again'))).toMatchObject({ name: 'CloudUnavailable' });
  });

  test.each([
    [500, 'InternalError'],
    [504, 'Timeout'],
    [503, 'ServiceUnavailable'],
  ])('with %d %s is unavailability', async (code, reason) => {
    expect(await failure(status(code, reason, 'later'))).toMatchObject({ name: 'CloudUnavailable' });
  });

  test('of a token says that the role may have no access entry', async () => {
    expect(await failure(status(401, 'Unauthorized', 'Unauthorized'))).toMatchObject({
      code: 'Unauthorized',
      awsMessage: like('no access entry'),
    });
  });

  test('by something that is no API server is told by its HTTP status', async () => {
    const proxy: ApiReply = (response) => response.writeHead(403, { 'content-type': 'text/html' }).end('<h1>no</h1>');
    expect(await failure(proxy)).toMatchObject({ code: 'Forbidden', awsMessage: '<h1>no</h1>' });
  });
});
