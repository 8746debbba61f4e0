import { describe, expect, test } from 'vitest';
import { CloudError, ToolRefusal } from '../../../../lambdas/contracts/errors.ts';
import type { CloudRequest } from '../../../../lambdas/contracts/ports.ts';
import { PROMQL_READ, USAGE_READ } from '../../../../lambdas/contracts/usage.ts';
import { testCluster, type AskedCluster } from '../../../../lambdas/providers/kubernetes/cluster-test.ts';
import { kubernetesTest } from '../../../../lambdas/providers/kubernetes/doctor.ts';
import { clusterUnavailable } from '../../../../lambdas/providers/kubernetes/errors.ts';
import { AUTHORITY, FakeApiServer, status } from '../../../fakes/api-server.ts';
import { assumedRole, FakeAws } from '../../../fakes/fake-aws.ts';
import { cluster, clusterAgent, LOOK, SCALE } from '../../../fixtures/cluster-tools.ts';

const MANIFESTS = 'Apply the output of: npx checkrein kubernetes manifests --cluster prod';
const LISTS = { ...LOOK, name: 'list_workloads', reads: [{ service: 'apps/v1', command: 'list deployments' }] };
const EVICT = { ...SCALE, name: 'evict', changes: [{ service: 'v1', command: 'create pods/eviction' }] };

/** What happened to a ready cluster with something broken. */
const tested = async (broken: Partial<AskedCluster> = {}) => {
  const read: string[] = [];
  const proved: string[] = [];
  const verdict = await testCluster({
    name: 'prod',
    namespaces: [{ namespace: 'shop', tools: [LOOK, LISTS, SCALE] }],
    version: async () => ({ major: '1', minor: '30+', gitVersion: 'v1.30.4-eks' }),
    prove: async (tool, { namespace, kind, name }) => proved.push(`${tool.name} on ${namespace}/${kind}/${name}`),
    ...broken,
    read: async (request) => {
      read.push(`${request.command} ${JSON.stringify(request.input)}`);
      if (broken.read !== undefined) return broken.read(request);
      return request.command === 'list deployments' ? { items: [{ metadata: { name: 'cart' } }] } : notFound();
    },
  });
  return { ...verdict, read, proved };
};

const notFound = () => {
  throw new CloudError('NotFound', 'not found');
};
const forbids =
  (...commands: readonly string[]) =>
  async ({ command }: CloudRequest) => {
    if (commands.length === 0 || commands.includes(command)) throw new CloudError('Forbidden', 'no');
    return { items: [] };
  };

describe('a cluster', () => {
  test('is ready if it answers, lets every read of the tools through, and refuses the proof', async () => {
    const { outcome, says, advice, read, proved } = await tested();
    expect([outcome, advice]).toEqual(['ok', '']);
    expect(says).toBe(
      'Kubernetes v1.30.4-eks answers. The reads of shop are allowed. The admission policy is bound in shop: it refused a dry run of deployments/cart.',
    );
    expect(read.slice(0, 5)).toEqual([
      'get pods {"namespace":"shop","name":"checkrein-doctor"}',
      'list pods {"namespace":"shop","query":{"limit":1}}',
      'get pods/log {"namespace":"shop","name":"checkrein-doctor"}',
      'list deployments {"namespace":"shop","query":{"limit":1}}',
      'get deployments {"namespace":"shop","name":"checkrein-doctor"}',
    ]);
    expect(proved).toEqual(['scale_it on shop/deployments/cart']);
  });
  test.each([
    ['1', '29+', 'v1.29.1'],
    ['0', '99', 'v0.99.0'],
  ])('of version %s.%s is too old', async (major, minor, gitVersion) => {
    const { outcome, says } = await tested({ version: async () => ({ major, minor, gitVersion }) });
    expect(outcome).toBe('fail');
    expect(says).toContain(`It runs Kubernetes ${gitVersion}; the least is 1.30.`);
  });

  test.each([
    ['may not be read', () => Promise.reject(new CloudError('Forbidden', 'no')), 'Forbidden: no'],
    ['is no version', async () => 'hello', 'GET /version answered something else'],
    ['is of a strange form', async () => ({ major: '1', minor: 'x', gitVersion: 'v1' }), 'answered something else'],
  ])('whose version %s is a warning, and the rest is tested', async (_what, version, why) => {
    const { outcome, says, proved } = await tested({ version });
    expect(outcome).toBe('warn');
    expect(says).toContain(why);
    expect(proved).toHaveLength(1);
  });

  test('that does not answer, or does not know the role, is told so', async () => {
    const unknown = new CloudError('Unauthorized', 'Unauthorized');
    for (const error of [clusterUnavailable('get version', 'none within 15 s'), unknown])
      await expect(tested({ version: () => Promise.reject(error) })).rejects.toThrow(error.message);
  });

  test('is not asked for usage over time, which is no API of it', async () => {
    const usage = { ...LOOK, name: 'look_at_usage', reads: [USAGE_READ, PROMQL_READ] };
    const { outcome, says, read } = await tested({ namespaces: [{ namespace: 'shop', tools: [LOOK, usage] }] });
    expect([outcome, says]).toEqual(['ok', 'Kubernetes v1.30.4-eks answers. The reads of shop are allowed.']);
    expect(read).toHaveLength(LOOK.reads.length);
  });

  test('whose RBAC misses reads is told which, and the command that makes them', async () => {
    const some = await tested({ read: forbids('get pods/log', 'list pods') });
    expect([some.outcome, some.advice.startsWith(MANIFESTS)]).toEqual(['fail', true]);
    expect(some.says).toContain('In the namespace shop, the group checkrein:read may not list pods, get pods/log.');
    const all = await tested({ read: forbids() });
    expect(all.says).toContain('the group checkrein:read may not read anything that its tools need.');
  });

  test('with an API that does not answer is a warning', async () => {
    const read = () => Promise.reject(clusterUnavailable('list pods', '503'));
    expect(await tested({ read })).toMatchObject({ outcome: 'warn' });
  });

  test('where the policy is not bound fails in the words of the proof, with the command that binds it', async () => {
    const prove = () => Promise.reject(new ToolRefusal('The admission policy checkrein-one-change is not bound.'));
    expect(await tested({ prove })).toMatchObject({ outcome: 'fail', advice: MANIFESTS });
    expect((await tested({ prove })).says).toMatch(/^The admission policy checkrein-one-change is not bound\./);
  });

  test('without an object to prove it with is a warning, and nothing is proved', async () => {
    const { outcome, says, proved } = await tested({ read: async () => ({ items: [] }) });
    expect([outcome, proved]).toEqual(['warn', []]);
    expect(says).toContain('In shop there is nothing yet that the tools there could change');
  });

  test('is proved by an eviction of a Pod that does not exist, where a tool evicts', async () => {
    const { proved } = await tested({ namespaces: [{ namespace: 'shop', tools: [LOOK, EVICT] }] });
    expect(proved).toEqual(['evict on shop/pods/checkrein-doctor']);
  });

  test('where agents only read needs no policy; where no agent has a tool, nothing is asked', async () => {
    const only = await tested({ namespaces: [{ namespace: 'shop', tools: [LOOK] }] });
    expect([only.outcome, only.proved]).toEqual(['ok', []]);
    const none = await tested({ namespaces: [] });
    expect([none.outcome, none.read, none.proved]).toEqual(['warn', [], []]);
  });
});

describe('the test of a cluster', () => {
  const HOME = { account: '123456789012', region: 'eu-central-1' };
  const options = (aws: FakeAws, { endpoint }: FakeApiServer, account?: string) => ({
    ...HOME,
    connection: aws.connection,
    agents: clusterAgent('fixer', { clusters: ['prod'], namespaces: ['shop'] }),
    manifests: [
      { ...LOOK, reads: [] },
      { ...SCALE, reads: [{ service: 'apps/v1', command: 'list deployments' }] },
    ],
    roleArn: 'arn:aws:iam::123456789012:role/change',
    clusters: [
      cluster('prod', { endpoint, certificateAuthority: AUTHORITY, ...(account !== undefined && { account }) }),
    ],
  });
  const VERSION = { json: { major: '1', minor: '33', gitVersion: 'v1.33.0' } };
  const ONE = { json: { items: [{ metadata: { name: 'cart' } }] } };
  const DENIED = status(
    422,
    'Invalid',
    `ValidatingAdmissionPolicy 'checkrein-one-change' with binding 'checkrein-one-change' denied request: Checkrein: no`,
  );

  test('proves the policy as the change role does before each change, for the UID of no object, in a dry run', async () => {
    await using server = await FakeApiServer.start(VERSION, ONE, ONE, DENIED);
    const aws = new FakeAws(assumedRole('change'));
    expect(await kubernetesTest(options(aws, server))('prod', 'inc-1')).toMatchObject({ outcome: 'ok' });
    expect(server.received.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /version',
      'GET /apis/apps/v1/namespaces/shop/deployments?limit=1',
      'GET /apis/apps/v1/namespaces/shop/deployments?limit=1',
      'PATCH /apis/apps/v1/namespaces/shop/deployments/cart?dryRun=All',
    ]);
    const asked = new URLSearchParams(aws.request.body);
    expect(asked.get('RoleSessionName')).toBe('dry-scale_it-00000000-0000-0000-0000-000000000000');
    expect(asked.get('SourceIdentity')).toBe('inc-1');
  });

  test('says that the policy is not bound where the cluster accepts that dry run', async () => {
    await using server = await FakeApiServer.start(VERSION, ONE, ONE, { json: {} });
    const verdict = await kubernetesTest(options(new FakeAws(assumedRole('change')), server))('prod', 'inc-1');
    expect(verdict).toMatchObject({ outcome: 'fail', advice: MANIFESTS });
    expect(verdict.says).toContain('checkrein-one-change is not bound');
  });

  test('of a cluster in an account that is no member is refused before anything is sent', async () => {
    await using server = await FakeApiServer.start(VERSION);
    const run = kubernetesTest(options(new FakeAws(), server, '999999999999'));
    await expect(run('prod', 'inc-1')).rejects.toThrow('no member in the settings (`members`)');
    expect(server.received).toEqual([]);
  });
});
