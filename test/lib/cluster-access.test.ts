import { App } from 'aws-cdk-lib';
import { Template as Assertions } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { MemberStack } from '../../lib/member-stack.ts';
import { synthesize, type Template } from '../../lib/synthesize.ts';
import { cluster, clusterAgent, CLUSTER_TOOLS } from '../fixtures/cluster-tools.ts';
import { rightsIn, whoMay } from './permissions.ts';
import { shippedRules } from './shipped.ts';
import { like } from '../fixtures/matchers.ts';

const MEMBER = '222222222222';
const members = { hub: '111111111111', accounts: [MEMBER], externalId: '0f9b4c1e-7a55-4d1e-9a0c-1d2e3f4a5b6c' };
const shipped = shippedRules();
const clusters = [
  cluster('prod', { eksName: 'prod-1' }),
  cluster('dev'),
  cluster('idle'),
  cluster('far', { account: MEMBER }),
];
const rules = {
  ...shipped,
  agents: [
    ...clusterAgent('fixer', { clusters: ['prod', 'far'], namespaces: ['shop'] }),
    ...clusterAgent('looker', { clusters: ['dev'], namespaces: ['shop'] }, []),
  ],
  settings: { ...shipped.settings, clusters, members },
};
const { template } = synthesize(rules, CLUSTER_TOOLS);

const entriesOf = ({ Resources }: Pick<Template, 'Resources'>) =>
  Object.values(Resources).filter(({ Type }) => Type === 'AWS::EKS::AccessEntry');
const groupsIn = (name: string): string[] =>
  entriesOf(template)
    .filter(({ Properties }) => Properties['ClusterName'] === name)
    .map(({ Properties }) => JSON.stringify(Properties['KubernetesGroups']))
    .sort();

describe('access to clusters', () => {
  test('is by entries with a group and without any access policy of EKS', () => {
    const entries = entriesOf(template);
    expect(entries.length).toBeGreaterThan(0);
    for (const { Properties } of entries) {
      expect(Object.keys(Properties).filter((key) => ['AccessPolicies', 'Username'].includes(key))).toEqual([]);
      expect(Properties['Type']).toBe('STANDARD');
    }
  });

  test('is for the four functions that read, and for the change role where an agent may change something', () => {
    expect(groupsIn('prod-1')).toEqual([
      ...Array.from({ length: 1 }, () => '["checkrein:change"]'),
      ...Array.from({ length: 4 }, () => '["checkrein:read"]'),
    ]);
    expect(groupsIn('dev')).toEqual(Array.from({ length: 4 }, () => '["checkrein:read"]'));
  });

  test('is to no cluster that no agent is granted, and to none of another account', () => {
    expect(groupsIn('idle')).toEqual([]);
    expect(groupsIn('far')).toEqual([]);
  });

  test('lets only functions that read look up the clusters by name', () => {
    const rights = rightsIn(template);
    expect(whoMay(rights, 'eks:DescribeCluster', /cluster\/prod-1/)).toEqual([
      'Authorize',
      'ChangeZone',
      'Observe',
      'Verify',
    ]);
    const eks = rights.filter(({ action }) => action.startsWith('eks:'));
    expect(new Set(eks.map(({ action }) => action))).toEqual(new Set(['eks:DescribeCluster']));
    expect(eks.filter(({ resource }) => /cluster\/(\*|idle|far)/.test(resource))).toEqual([]);
  });

  test('is no part of a deployment without clusters', () => {
    expect(JSON.stringify(synthesize(shipped).template)).not.toMatch(/AWS::EKS|eks:/);
  });

  test('of a member is made in its account alone, for its read role and its change role', () => {
    const stack = new MemberStack(new App(), 'CheckreinMember', { rules, catalogue: CLUSTER_TOOLS, members });
    const found = Object.values(Assertions.fromStack(stack).findResources('AWS::EKS::AccessEntry'));
    expect(found).toMatchObject([
      { Condition: like(/./), Properties: { ClusterName: 'far', KubernetesGroups: ['checkrein:read'] } },
      { Condition: like(/./), Properties: { ClusterName: 'far', KubernetesGroups: ['checkrein:change'] } },
    ]);
    const conditions = Object.values(Assertions.fromStack(stack).findConditions('*'));
    expect(conditions).toContainEqual({ 'Fn::Equals': [{ Ref: 'AWS::AccountId' }, MEMBER] });
  });
});
