import { App } from 'aws-cdk-lib';
import { Template as Assertions } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import type { Agent } from '../../lambdas/contracts/agent.ts';
import type { Cluster } from '../../lambdas/contracts/clusters.ts';
import { ToolRefusal } from '../../lambdas/contracts/errors.ts';
import type { Rules } from '../../lambdas/contracts/rules.ts';
import { USAGE_READ } from '../../lambdas/contracts/usage.ts';
import { CATALOGUE } from '../../lambdas/tools/catalogue.ts';
import { catalogueOf } from '../../lambdas/tools/installed.ts';
import { network } from './options.ts';
import { CheckreinMember } from '../../lib/member-stack.ts';
import { synthesize, type Template } from '../../lib/synthesize.ts';
import { cluster, clusterAgent, CLUSTER_TOOLS, SCALE } from '../fixtures/cluster-tools.ts';
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
    const stack = new CheckreinMember(new App(), 'CheckreinMember', { of: { rules, catalogue: CLUSTER_TOOLS } });
    const found = Object.values(Assertions.fromStack(stack).findResources('AWS::EKS::AccessEntry'));
    expect(found).toMatchObject([
      { Condition: like(/./), Properties: { ClusterName: 'far', KubernetesGroups: ['checkrein:read'] } },
      { Condition: like(/./), Properties: { ClusterName: 'far', KubernetesGroups: ['checkrein:change'] } },
    ]);
    const conditions = Object.values(Assertions.fromStack(stack).findConditions('*'));
    expect(conditions).toContainEqual({ 'Fn::Equals': [{ Ref: 'AWS::AccountId' }, MEMBER] });
  });
});

describe('access to usage over time', () => {
  const WORKSPACE = 'ws-0a1b2c3d-0000-4000-8000-00000000000f';
  const amp = { kind: 'amp' as const, workspace: WORKSPACE, labels: {} };
  const insights = { kind: 'container-insights' as const };
  const reader: Agent[] = clusterAgent('reader', { clusters: ['prod'], namespaces: ['shop'] }, []).map((agent) => ({
    ...agent,
    tools: { observe: ['query_usage'], change: [] },
  }));
  const withUsage = (usage: Cluster['usage'], agents = reader): Rules => ({
    ...rules,
    agents,
    settings: { ...rules.settings, clusters: [cluster('prod', { usage })] },
  });
  const rightsWith = (ofRules: Rules, catalogue = CATALOGUE) => rightsIn(synthesize(ofRules, catalogue).template);

  test('is given to the function that observes alone, on the workspace alone', () => {
    const rights = rightsWith(withUsage(amp));
    expect(whoMay(rights, 'aps:QueryMetrics', new RegExp(`:workspace/${WORKSPACE}`))).toEqual(['Observe']);
    expect(rights.filter(({ action }) => action.startsWith('aps:'))).toHaveLength(1);
  });

  test('is given for Container Insights as the one action that reads metrics', () => {
    expect(whoMay(rightsWith(withUsage(insights)), 'cloudwatch:GetMetricData', /\*/)).toContain('Observe');
  });

  test('is given for a change to the functions that read for changes, and not to the one that observes', () => {
    const scale = { ...SCALE, reads: [...SCALE.reads, USAGE_READ] };
    const tools = catalogueOf(CLUSTER_TOOLS.observe, [{ manifest: scale, load: unused }]);
    const agents = clusterAgent('fixer', { clusters: ['prod'], namespaces: ['shop'] });
    const rights = rightsWith(withUsage(amp, agents), tools);
    expect(whoMay(rights, 'aps:QueryMetrics', /workspace/)).toEqual(['Authorize', 'ChangeZone', 'Verify']);
  });

  test('is given to nobody where no agent has a tool that reads it, and for a Prometheus of your own', () => {
    const own = { kind: 'prometheus' as const, endpoint: 'https://prometheus.example.com', labels: {} };
    for (const ofRules of [
      withUsage(amp, clusterAgent('fixer', { clusters: ['prod'], namespaces: ['shop'] })),
      withUsage(own),
    ])
      expect(JSON.stringify(synthesize(ofRules).template)).not.toContain('aps:');
  });

  test('of a member is given to its read role', () => {
    const far = {
      ...withUsage(amp),
      settings: { ...rules.settings, clusters: [cluster('prod', { usage: amp, account: MEMBER })] },
    };
    const stack = new CheckreinMember(new App(), 'CheckreinMember', { of: { rules: far, catalogue: CATALOGUE } });
    expect(JSON.stringify(Assertions.fromStack(stack).toJSON())).toContain('aps:QueryMetrics');
    expect(JSON.stringify(synthesize(far).template)).not.toContain('aps:');
  });

  test('needs no way out of a VPC but one to the port of each Prometheus, and to its address where that is known', () => {
    const named = (name: string, endpoint: string) =>
      cluster(name, { usage: { kind: 'prometheus', endpoint, labels: {} } });
    const settings = {
      ...shipped.settings,
      network,
      clusters: [
        named('a', 'https://prometheus.example.com'),
        named('b', 'http://10.0.0.7:9090'),
        named('c', 'http://p.internal'),
      ],
    };
    const { Resources } = synthesize({ ...shipped, settings }).template;
    const groups = Object.values(Resources).filter(({ Type }) => Type === 'AWS::EC2::SecurityGroup');
    expect(groups.map(({ Properties }) => Properties['SecurityGroupEgress'])).toMatchObject([
      [
        { FromPort: 443, ToPort: 443, CidrIp: '0.0.0.0/0' },
        { FromPort: 9090, ToPort: 9090, CidrIp: '10.0.0.7/32' },
        { FromPort: 80, ToPort: 80, CidrIp: '0.0.0.0/0' },
      ],
    ]);
  });
});

const unused = async () => {
  throw new ToolRefusal('This tool has only a manifest.');
};
