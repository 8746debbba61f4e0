import { describe, expect, test } from 'vitest';
import { Settings, type SettingsInput } from '../../../lambdas/contracts/settings.ts';
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
      'clusters.0.certificateAuthority: missing',
    ],
    ['with a certificate alone', { name: 'prod', certificateAuthority: AUTHORITY }, {}, 'clusters.0.endpoint: missing'],
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
