import { describe, expect, test } from 'vitest';
import type { Cluster } from '../../../../lambdas/contracts/clusters.ts';
import { CloudError } from '../../../../lambdas/contracts/errors.ts';
import type { CloudRequest } from '../../../../lambdas/contracts/ports.ts';
import type { HttpsRequest } from '../../../../lambdas/adapters/https.ts';
import { kubernetesReads } from '../../../../lambdas/providers/kubernetes/reads.ts';
import type { PrometheusOptions } from '../../../../lambdas/providers/kubernetes/usage/prometheus-source.ts';
import { AUTHORITY, FakeApiServer, type ApiReply } from '../../../fakes/api-server.ts';
import { assumedRole, FakeAws, json } from '../../../fakes/fake-aws.ts';
import { cluster, clusterAgent } from '../../../fixtures/cluster-tools.ts';
import {
  asksPromql,
  asksUsage,
  matrix,
  prometheusAt,
  refusal,
  USAGE_CALLS,
  WORKSPACE,
} from '../../../fixtures/usage.ts';

const HOME = { account: '123456789012', region: 'eu-central-1' };
const MEMBER = '222222222222';
const members = { accounts: [MEMBER], externalId: 'x'.repeat(16), roleArn: 'arn:aws:iam::${account}:role/read' };
const grant = { clusters: ['prod', 'far'], namespaces: ['shop'] };

interface Given {
  readonly clusters: readonly Cluster[];
  readonly prometheus?: PrometheusOptions;
  readonly aws?: FakeAws;
  readonly promql?: true;
  readonly account?: string;
}

/** Asks as a tool does. */
const ask = (sent: CloudRequest, { clusters, prometheus, aws = new FakeAws(), promql, account }: Given) =>
  kubernetesReads({
    ...HOME,
    connection: aws.connection,
    agents: clusterAgent('fixer', { ...grant, ...(promql && { promql }) }),
    members,
    clusters,
    ...(prometheus !== undefined && { prometheus }),
  })
    .cloud(USAGE_CALLS, { incidentId: 'inc-1', accountRegion: { ...HOME, account: account ?? HOME.account } })
    .send(sent);

const onLoopback: PrometheusOptions = { certificateAuthority: AUTHORITY, isForbidden: () => false };
const at = (server: FakeApiServer): Given => ({
  clusters: [cluster('prod', prometheusAt(`${server.endpoint}/prometheus/`))],
  prometheus: onLoopback,
});
const queryIn = (url = ''): string | null => new URL(url, 'https://x').searchParams.get('query');

describe('usage from a Prometheus', () => {
  test('is asked in one bounded query, made from names, with the labels of the cluster', async () => {
    await using server = await FakeApiServer.start(matrix([]));
    await ask(asksUsage(), at(server));
    const url = new URL(server.received[0]?.url ?? '', 'https://x');
    expect(url.pathname).toBe('/prometheus/api/v1/query_range');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      query:
        'max by (container) (max_over_time(container_memory_working_set_bytes{cluster="prod-1",namespace="shop",' +
        'pod=~"checkout-[bcdfghjklmnpqrstvwxz2456789]{1,10}-[bcdfghjklmnpqrstvwxz2456789]{5}",container=~"web"}[300s]))',
      // The first point stands for the first step.
      start: String(Date.parse('2026-11-01T00:05:00Z') / 1000),
      end: String(Date.parse('2026-11-02T00:00:00Z') / 1000),
      step: '300',
      timeout: '10s',
    });
    expect(server.received[0]?.headers.authorization).toBeUndefined();
  });

  test.each([
    ['statefulsets', 'ledger', 'ledger-[0-9]+'],
    ['daemonsets', 'log.agent', 'log[.]agent-[bcdfghjklmnpqrstvwxz2456789]{5}'],
    ['deployments', 'a'.repeat(60), `${'a'.repeat(58)}[-bcdfghjklmnpqrstvwxz2456789]{5,17}`],
  ])('of %s is that of their pods, gone ones included', async (kind, name, pattern) => {
    await using server = await FakeApiServer.start(matrix([]));
    await ask(asksUsage({ kind, name, containers: ['web', 'side-car'] }), at(server));
    expect(queryIn(server.received[0]?.url)).toContain(`pod=~"${pattern}",container=~"web|side-car"`);
  });

  test('has points with a value alone, and what the server warns of', async () => {
    const values = [
      [100, '42.5'],
      [400, 'NaN'],
      [700, '+Inf'],
    ] as const;
    const reply = matrix([{ metric: { container: 'web' }, values }], { warnings: ['partial data'] });
    await using server = await FakeApiServer.start(reply);
    expect(await ask(asksUsage({ metric: 'throttling' }), at(server))).toEqual({
      source: 'The Prometheus of the cluster prod',
      series: [{ container: 'web', points: [[100, 42.5]] }],
      warnings: ['partial data'],
    });
  });

  test.each<[string, ApiReply, RegExp]>([
    [
      'takes too long on the server',
      refusal(503, 'timeout', 'query timed out in expression evaluation'),
      /UsageUnavailable.*more than 10 s/,
    ],
    [
      'would read too many samples',
      refusal(422, 'execution', 'query processing would load too many samples'),
      /QueryFailed.*too many samples.*shorter window/,
    ],
    ['is malformed', refusal(400, 'bad_data', 'parse error'), /bad_data.*parse error/],
    ['is one too many', refusal(429, '', 'slow down'), /UsageUnavailable.*429/],
    ['is met by a proxy that fails', { status: 502, json: 'bad gateway' }, /UsageUnavailable.*HTTP 502/],
    ['is led elsewhere', { status: 302, json: {} }, /UsageUnavailable.*redirection, which is not followed/],
    ['is not allowed', { status: 403, json: {} }, /Forbidden.*403/],
    [
      'has an answer that breaks off',
      (response) => response.writeHead(200, { 'content-length': '99' }).write('{"st', () => response.destroy()),
      /UsageUnavailable/,
    ],
    ['has no answer', (response) => response.destroy(), /UsageUnavailable/],
    [
      'has an answer of another form',
      { json: { status: 'success', data: { resultType: 'scalar' } } },
      /not of Prometheus/,
    ],
    [
      'has too many series',
      matrix(Array.from({ length: 101 }, (_, n) => ({ metric: { n: `${n}` }, values: [] }))),
      /TooManySeries/,
    ],
  ])('that %s is refused in words', async (_what, reply, says) => {
    await using server = await FakeApiServer.start(reply);
    const error: unknown = await ask(asksUsage(), at(server)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CloudError);
    expect(String(error)).toMatch(says);
  });

  test('is not waited for longer than its limit, and no more is read than may be', async () => {
    await using silent = await FakeApiServer.start(() => undefined);
    await expect(ask(asksUsage(), { ...at(silent), prometheus: { ...onLoopback, timeoutMs: 50 } })).rejects.toThrow(
      'none within 0.05 s',
    );
    await using huge = await FakeApiServer.start({ json: 'x'.repeat(5000) });
    await expect(ask(asksUsage(), { ...at(huge), prometheus: { ...onLoopback, mostBytes: 4096 } })).rejects.toThrow(
      'answered more than 4 KiB',
    );
  });

  test.each([
    ['https://127.0.0.1/', '127.0.0.1'],
    ['http://169.254.169.254', '169.254.169.254'],
  ])('at %s is not asked, whatever the settings say', async (endpoint, says) => {
    const given = { clusters: [cluster('prod', prometheusAt(endpoint))] };
    await expect(ask(asksUsage(), given)).rejects.toThrow(`${says}, which belongs to the machine or its platform`);
  });

  test('whose name leads to the machine itself is not asked', async () => {
    await using server = await FakeApiServer.start(matrix([]));
    const endpoint = server.endpoint.replace('127.0.0.1', 'localhost');
    const isForbidden = (host: string): boolean => /^(127\.|::1)/.test(host);
    const given = { clusters: [cluster('prod', prometheusAt(endpoint))], prometheus: { ...onLoopback, isForbidden } };
    await expect(ask(asksUsage(), given)).rejects.toThrow('which belongs to the machine');
    expect(server.received).toEqual([]);
  });
});

describe('a question about usage', () => {
  test.each([
    [
      'in a namespace that no agent is granted',
      asksUsage({ namespace: 'bank' }),
      'No agent is granted the namespace bank',
    ],
    ['of a cluster elsewhere', asksUsage({ cluster: 'far' }), 'There is no cluster far in account 123456789012'],
    ['with a name that is a pattern', asksUsage({ name: 'a.*' }), 'name: the name of a workload'],
    ['with a container that ends the string', asksUsage({ containers: ['x"} or up{'] }), 'the name of a container'],
    [
      'with more points than a server answers',
      asksUsage({ from: '2026-01-01T00:00:00Z', stepSeconds: 15 }),
      '11000 steps',
    ],
    ['with a call that is none', { ...asksUsage(), command: 'get secrets' }, 'its manifest does not list'],
    ['in PromQL that nobody is granted', asksPromql(), 'No agent may send PromQL of its own'],
  ])('%s is not sent', async (_what, sent, says) => {
    await using server = await FakeApiServer.start(matrix([]));
    const far = cluster('far', { account: MEMBER });
    const given = at(server);
    await expect(ask(sent, { ...given, clusters: [...given.clusters, far] })).rejects.toThrow(says);
    expect(server.received).toEqual([]);
  });

  test('of a cluster without a source is refused in words', async () => {
    await expect(ask(asksUsage(), { clusters: [cluster('prod')] })).rejects.toThrow(
      'Nobody knows the usage of the cluster prod over time',
    );
  });

  test('in PromQL is sent as it is where an agent is granted that, but never to Container Insights', async () => {
    const series = { metric: { job: 'api' }, values: [[100, '1']] as const };
    await using server = await FakeApiServer.start(matrix([series]));
    const answer = await ask(asksPromql({ query: 'sum(up) by (job)' }), { ...at(server), promql: true });
    expect(answer).toMatchObject({ series: [{ labels: { job: 'api' }, points: [[100, 1]] }] });
    expect(queryIn(server.received[0]?.url)).toBe('sum(up) by (job)');
    const insights = cluster('prod', { usage: { kind: 'container-insights' } });
    await expect(ask(asksPromql(), { clusters: [insights], promql: true })).rejects.toThrow('takes no PromQL');
  });
});

describe('usage from Amazon Managed Prometheus', () => {
  const workspace: Cluster['usage'] = { kind: 'amp', workspace: WORKSPACE, region: 'eu-west-1', labels: {} };
  const recorded = () => {
    const sent: HttpsRequest[] = [];
    const answer = {
      status: 200,
      contentType: 'application/json',
      text: JSON.stringify({ status: 'success', data: { resultType: 'matrix', result: [] } }),
    };
    const send = async (request: HttpsRequest) => {
      sent.push(request);
      return answer;
    };
    return { sent, prometheus: { send } };
  };

  test('is read under the role of the function, signed for its Region', async () => {
    const { sent, prometheus } = recorded();
    await ask(asksUsage(), { clusters: [cluster('prod', { usage: workspace })], prometheus });
    const [request] = sent;
    expect(request?.url.href).toContain(
      `https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/${WORKSPACE}/api/v1/query_range?query=max%20by%20%28container%29`,
    );
    expect(request?.headers['authorization']).toMatch(/\/eu-west-1\/aps\/aws4_request, SignedHeaders=.*host/);
    expect(request?.headers['x-amz-security-token']).toBe('own-role');
  });

  test('of a member is read under its read role, with a session that may query this workspace alone', async () => {
    const { sent, prometheus } = recorded();
    const aws = new FakeAws(assumedRole('member-1', '10:15'));
    const far = cluster('far', { account: MEMBER, usage: workspace });
    await ask(asksUsage({ cluster: 'far' }), { clusters: [far], prometheus, aws, account: MEMBER });
    expect(sent[0]?.headers['x-amz-security-token']).toBe('member-1');
    const policy = new URLSearchParams(aws.requests[0]?.body).get('Policy') ?? '';
    expect(JSON.parse(policy)).toMatchObject({
      Statement: [
        {
          Effect: 'Allow',
          Action: 'aps:QueryMetrics',
          Resource: `arn:aws:aps:eu-west-1:${MEMBER}:workspace/${WORKSPACE}`,
        },
      ],
    });
  });
});

describe('usage from Container Insights', () => {
  const clusters = [cluster('prod', { eksName: 'prod-1', usage: { kind: 'container-insights' } })];
  const datapoints = (values: readonly number[]) =>
    json({
      MetricDataResults: [{ Id: 's0', Timestamps: values.map((_, n) => 1_793_836_800 + n * 300), Values: values }],
    });

  test('is the share of the limit, times the limit', async () => {
    const aws = new FakeAws(datapoints([50, 80]), datapoints([1000, 1000]));
    expect(await ask(asksUsage(), { clusters, aws })).toMatchObject({
      source: 'Container Insights',
      series: [
        {
          container: 'web',
          points: [
            [expect.any(Number), 500],
            [expect.any(Number), 800],
          ],
        },
      ],
      warnings: [],
    });
  });

  test('of a container without a limit is not known', async () => {
    const aws = new FakeAws(datapoints([]), datapoints([]));
    expect(await ask(asksUsage(), { clusters, aws })).toMatchObject({
      series: [],
      warnings: ['Container Insights has no memory of web: it needs enhanced observability, and a memory limit.'],
    });
  });

  test('has no throttling', async () => {
    await expect(ask(asksUsage({ metric: 'throttling' }), { clusters })).rejects.toThrow('no metric of CPU throttling');
  });
});
