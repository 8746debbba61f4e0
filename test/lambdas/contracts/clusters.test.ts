import { describe, expect, test } from 'vitest';
import { Settings, type SettingsInput } from '../../../lambdas/contracts/settings.ts';
import { isForbiddenHost } from '../../../lambdas/contracts/usage-source.ts';
import { network } from '../../lib/options.ts';
import { AUTHORITY } from '../../fakes/api-server.ts';

const approvers = [{ email: 'ana@example.com', name: 'Ana', roles: ['sre'] }];
const members = { hub: '111111111111', accounts: ['222222222222'], externalId: 'x'.repeat(16) };
const given = { endpoint: 'https://10.0.0.1:6443', certificateAuthority: AUTHORITY };
type ClusterInput = NonNullable<SettingsInput['clusters']>[number];

const problemsOf = (clusters: readonly ClusterInput[], more: Partial<SettingsInput> = {}): string[] => {
  const parsed = Settings.safeParse({ approvers, clusters, ...more });
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
};

describe('a cluster in the settings', () => {
  test.each<[string, ClusterInput, Partial<SettingsInput>]>([
    ['by its name in EKS', { name: 'prod' }, {}],
    ['by endpoint and certificate authority', { name: 'prod', ...given }, {}],
    ['that only a VPC reaches, for functions in a VPC', { name: 'prod', privateEndpoint: true }, { network }],
    ['of a member account', { name: 'prod', account: '222222222222' }, { members }],
    [
      'of a member account that only a VPC reaches',
      { name: 'prod', account: '222222222222', privateEndpoint: true },
      { members, network },
    ],
  ])('%s is taken', (_what, cluster, more) => expect(problemsOf([cluster], more)).toEqual([]));

  test.each<[string, ClusterInput, Partial<SettingsInput>, string]>([
    [
      'with an endpoint alone',
      { name: 'prod', endpoint: given.endpoint },
      {},
      'clusters.0.certificateAuthority: endpoint and certificateAuthority are given together',
    ],
    [
      'with a certificate alone',
      { name: 'prod', certificateAuthority: AUTHORITY },
      {},
      'clusters.0.endpoint: endpoint and certificateAuthority are given together',
    ],
    ['without TLS', { name: 'prod', ...given, endpoint: 'http://10.0.0.1' }, {}, 'clusters.0.endpoint: an https URL'],
    ['with a path', { name: 'prod', ...given, endpoint: 'https://10.0.0.1/k8s' }, {}, 'host and port alone'],
    [
      'that only a VPC reaches, without one',
      { name: 'prod', privateEndpoint: true },
      {},
      'clusters.0.privateEndpoint: its API server',
    ],
    ['on a port that the VPC does not let out', { name: 'prod', ...given }, { network }, 'port 443 only'],
    ['of another account, without members', { name: 'prod', account: '222222222222' }, {}, 'there are no members'],
    [
      'of an account that is no member',
      { name: 'prod', account: '333333333333' },
      { members },
      'neither the hub nor a member',
    ],
    ['with a pattern for a name', { name: 'prod*' }, {}, 'the name of a cluster'],
  ])('%s is refused in words', (_what, cluster, more, says) => {
    expect(problemsOf([cluster], more).join('\n')).toContain(says);
  });

  test('has a name of its own, because refs of two clusters must differ', () => {
    const both = [{ name: 'prod' }, { name: 'prod', account: '222222222222' }];
    expect(problemsOf(both, { members }).join('\n')).toContain('another cluster has the name prod');
    expect(
      problemsOf([{ name: 'prod' }, { name: 'prod-2', eksName: 'prod', account: '222222222222' }], { members }),
    ).toEqual([]);
  });
});

describe('a source of usage in the settings', () => {
  const at = (endpoint: string) => ({ kind: 'prometheus' as const, endpoint });
  const workspace = { kind: 'amp' as const, workspace: 'ws-0a1b2c3d-0000-4000-8000-00000000000f' };

  test.each<[string, NonNullable<ClusterInput['usage']>, Partial<SettingsInput>]>([
    ['over https', at('https://prometheus.example.com/api'), {}],
    ['over plain http, for functions in a VPC', at('http://prometheus.internal:9090'), { network }],
    ['as a workspace', workspace, {}],
    ['as Container Insights', { kind: 'container-insights' }, {}],
  ])('%s is taken', (_what, usage, more) => expect(problemsOf([{ name: 'prod', usage }], more)).toEqual([]));

  test.each([
    [
      'over plain http on the Internet',
      'http://prometheus.example.com',
      'clusters.0.usage: its endpoint is plain http',
    ],
    ['with a user', 'https://me:secret@prometheus.example.com', 'without a user'],
    ['with a query', 'https://prometheus.example.com/?tenant=a', 'without a user, a query'],
    ['on the machine itself', 'https://localhost:9090', 'a host other than the machine itself'],
    ['at the address of a service of the platform', 'https://169.254.169.254', 'a host other than the machine itself'],
    ['at such an address in another notation', 'https://2852039166/', 'a host other than the machine itself'],
    ['at an IPv6 address', 'https://[fd00:ec2::254]/', 'a host name or an IPv4 address'],
    ['by another protocol', 'ftp://prometheus.example.com', 'the URL of a Prometheus'],
  ])('%s is refused', (_what, endpoint, says) => {
    expect(problemsOf([{ name: 'prod', usage: at(endpoint) }]).join('; ')).toContain(says);
  });

  test('that two clusters share needs labels that tell them apart', () => {
    const shared = (labels: Record<string, string>) => ({ ...workspace, labels });
    const two = (one: Record<string, string>, other: Record<string, string>) =>
      problemsOf([
        { name: 'prod', usage: shared(one) },
        { name: 'dev', usage: shared(other) },
      ]);
    expect(two({ cluster: 'prod' }, { cluster: 'dev' })).toEqual([]);
    expect(two({}, { cluster: 'dev' })).toHaveLength(1);
    expect(two({ cluster: 'dev' }, { cluster: 'dev' })).toHaveLength(2);
    expect(two({ cluster: 'prod' }, { namespace: 'shop' }).join('; ')).toContain('labels other than namespace');
  });

  test.each([
    '127.0.0.1',
    '169.254.1.1',
    '0.0.0.0',
    '::1',
    '::ffff:169.254.169.254',
    'fe80::1',
    'fd00:ec2::254',
    '224.0.0.1',
  ])('never leads to %s', (address) => expect(isForbiddenHost(address)).toBe(true));
  test.each(['10.0.0.7', '172.20.1.1', '203.0.113.9', '2600:1f18::1', 'prometheus.internal'])(
    'may lead to %s',
    (address) => expect(isForbiddenHost(address)).toBe(false),
  );
});
