import * as z from 'zod';
import { describe, expect, test } from 'vitest';
import { Agent } from '../../../../lambdas/contracts/agent.ts';
import { clusterTargetFault } from '../../../../lambdas/kernel/changes/target-fault.ts';
import { admit, toolSpecsOf } from '../../../../lambdas/kernel/model/admission.ts';
import { clusterGrantProblems } from '../../../../lambdas/kernel/policy/rules/clusters.ts';
import { OBSERVE_TOOLS } from '../../../../lambdas/tools/catalogue.ts';
import { catalogueOf } from '../../../../lambdas/tools/installed.ts';
import { ClusterGrant } from '../../../../lambdas/contracts/clusters.ts';
import { targetInForce } from '../../../../lambdas/kernel/changes/environment.ts';
import { manifest as setNodeSchedulable } from '../../../../lambdas/tools/set-node-schedulable/manifest.ts';
import { manifest as patchConfigMapKey } from '../../../../lambdas/tools/patch-config-map-key/manifest.ts';
import { manifest as queryPrometheus } from '../../../../lambdas/tools/query-prometheus/manifest.ts';
import { cluster, clusterAgent, CLUSTER_TOOLS, LOOK, SCALE } from '../../../fixtures/cluster-tools.ts';
import { like } from '../../../fixtures/matchers.ts';

const agents = clusterAgent('fixer', { clusters: ['prod'], namespaces: ['shop'] });
const admitted = (name: string, input: Record<string, string>) =>
  agents.map((agent) => admit(agent, { id: 'c1', name, input }, CLUSTER_TOOLS))[0];
const there = { cluster: 'prod', namespace: 'shop', name: 'cart' };

describe('a tool on Kubernetes', () => {
  test.each([
    [LOOK.name, 'observe'],
    [SCALE.name, 'change'],
  ])('%s is admitted in a cluster and a namespace of the agent', (name, kind) => {
    expect(admitted(name, there)).toMatchObject({ kind });
  });

  test.each([
    [LOOK.name, { ...there, namespace: 'kube-system' }, 'fixer may not use the namespace kube-system of prod'],
    [SCALE.name, { ...there, namespace: 'shop-2' }, 'fixer may not use the namespace shop-2 of prod'],
    [LOOK.name, { ...there, namespace: '*' }, 'fixer may not use the namespace * of prod'],
    [SCALE.name, { ...there, cluster: 'dev' }, 'fixer may not use the cluster dev. Its clusters: prod.'],
    [LOOK.name, { ...there, cluster: 'Prod' }, 'fixer may not use the cluster Prod'],
  ])('%s is refused with %j', (name, input, says) => {
    expect(admitted(name, input)).toMatchObject({
      kind: 'refused',
      check: 'allowlist',
      reason: like(says),
    });
  });

  test('is refused to an agent that is granted no cluster', () => {
    const bare = agents.map((agent) => Agent.parse({ ...agent, kubernetes: undefined }));
    const answers = bare.map((agent) => admit(agent, { id: 'c1', name: LOOK.name, input: there }, CLUSTER_TOOLS));
    expect(answers).toMatchObject([{ kind: 'refused', reason: like('Its clusters: none.') }]);
  });

  test('tells the model which clusters and namespaces there are', () => {
    const told = agents.flatMap((agent) => toolSpecsOf(agent, CLUSTER_TOOLS)).find(({ name }) => name === LOOK.name);
    expect(told?.description).toContain('Clusters of this agent: prod; namespaces: shop.');
  });

  test('cannot find its target in another cluster or namespace than its input names', () => {
    const target = (ref: string) => ({
      kind: 'deployment',
      id: 'cart',
      provider: 'kubernetes',
      ref,
      account: '123456789012',
      region: 'eu-west-1',
      environment: 'production',
      tags: {},
    });
    expect(clusterTargetFault(target('k8s://prod/shop/deployments/cart'), there)).toBeUndefined();
    for (const ref of [
      'k8s://prod/billing/deployments/cart',
      'k8s://dev/shop/deployments/cart',
      'k8s://prod/shop-2/pods/a',
    ])
      expect(clusterTargetFault(target(ref), there)).toContain('is not in the cluster and the namespace');
    expect(clusterTargetFault(target('k8s://prod/shop/deployments/cart'), null)).toContain('is not in the cluster');
  });
});

describe('the rules', () => {
  const bare = agents.map((agent) => Agent.parse({ ...agent, kubernetes: undefined }));
  const problems = clusterGrantProblems(agents, CLUSTER_TOOLS.manifests, [cluster('prod')]);

  test('compile for an agent with a cluster of the settings', () => expect(problems).toEqual([]));

  test.each([
    [
      'an agent with such a tool and without a grant',
      bare,
      CLUSTER_TOOLS.manifests,
      'may use only what is listed here',
    ],
    ['a grant that no tool uses', agents, [], 'no tool of this agent is on Kubernetes'],
    [
      'a cluster that the settings do not have',
      clusterAgent('fixer', { clusters: ['prd'], namespaces: ['shop'] }),
      CLUSTER_TOOLS.manifests,
      'there is no cluster "prd" in the settings (`clusters`); did you mean "prod"?',
    ],
    [
      'a tool whose input names no namespace, which the kernel could not check',
      agents,
      [{ ...LOOK, input: z.strictObject({ cluster: z.string() }) }],
      'tool look_at_pod: its input has no field namespace',
    ],
  ])('do not compile for %s', (_what, given, manifests, says) => {
    expect(clusterGrantProblems(given, manifests, [cluster('prod')]).join('\n')).toContain(says);
  });

  test('do not take a pattern for a namespace', () => {
    const pattern = { ...agents[0], kubernetes: { clusters: ['prod'], namespaces: ['shop-*'] } };
    expect(Agent.safeParse(pattern).success).toBe(false);
  });
});

describe('PromQL of the model', () => {
  const installed = catalogueOf(
    OBSERVE_TOOLS.filter(({ manifest }) => manifest.name === queryPrometheus.name),
    [],
  );
  const withTool = (promql?: true) =>
    clusterAgent('seer', { clusters: ['prod'], namespaces: ['shop'], ...(promql && { promql }) }, []).map((agent) => ({
      ...agent,
      tools: { observe: [queryPrometheus.name], change: [] },
    }));
  const input = { cluster: 'prod', namespace: 'shop', promql: 'up' };
  const asked = (promql?: true) =>
    withTool(promql).map((agent) => admit(agent, { id: 'c1', name: queryPrometheus.name, input }, installed))[0];

  test('is refused to an agent whose file does not grant it, although it has the tool', () => {
    const reason = like('seer may not send PromQL of its own: it reads every namespace');
    expect(asked()).toMatchObject({ kind: 'refused', check: 'allowlist', reason });
    expect(asked(true)).toMatchObject({ kind: 'observe' });
  });

  test('is granted together with a tool that takes it, or not at all', () => {
    const problems = (agent: Agent[]) => clusterGrantProblems(agent, [LOOK, queryPrometheus], [cluster('prod')]);
    expect(problems(withTool(true))).toEqual([]);
    expect(problems(withTool())).toEqual([like('promql: missing: query_prometheus sends PromQL of the model')]);
    const idle = clusterAgent('idle', { clusters: ['prod'], namespaces: ['shop'], promql: true }, []);
    expect(problems(idle)).toEqual([like('no tool of this agent takes PromQL')]);
  });
});

describe('a key of a ConfigMap', () => {
  const load = async () => import('../../../../lambdas/tools/patch-config-map-key/tool.ts');
  const installed = catalogueOf(OBSERVE_TOOLS, [{ manifest: patchConfigMapKey, load }]);
  const FLAGS: NonNullable<ClusterGrant['configMapKeys']>[number] = {
    name: 'flags',
    keys: ['new_basket'],
    shown: true,
  };
  const grant = (configMapKeys: ClusterGrant['configMapKeys'], namespace = 'shop') => ({
    clusters: ['prod'],
    namespaces: [namespace],
    ...(configMapKeys !== undefined && { configMapKeys }),
  });
  const setting = (more: Record<string, string>, configMapKeys: ClusterGrant['configMapKeys'] = [FLAGS]) => {
    const given = { cluster: 'prod', namespace: 'shop', name: 'flags', key: 'new_basket', value: 'off', ...more };
    const input = { ...given, why: 'Errors began with it (E1).' };
    const [agent] = clusterAgent('setter', grant(configMapKeys, given.namespace), [patchConfigMapKey.name]);
    return agent && admit(agent, { id: 'c1', name: patchConfigMapKey.name, input }, installed);
  };

  test('is set only where the file of the agent names both, letter by letter', () => {
    expect(setting({})).toMatchObject({ kind: 'change' });
    const says = 'setter may not set the key old of the ConfigMap flags. Its keys: flags: new_basket.';
    expect(setting({ key: 'old' })).toMatchObject({ kind: 'refused', check: 'allowlist', reason: says });
    expect(setting({ key: 'New_basket' })).toMatchObject({ kind: 'refused' });
    expect(setting({ name: 'flags-2' })).toMatchObject({ kind: 'refused' });
    expect(setting({}, [])).toMatchObject({ kind: 'refused', reason: like('Its keys: none.') });
  });

  test('is never set in a namespace of the cluster itself, nor of aws-auth', () => {
    expect(setting({ namespace: 'kube-system' })).toMatchObject({
      reason: like('it decides about the cluster itself'),
    });
    const auth = setting({ name: 'aws-auth' }, [{ ...FLAGS, name: 'aws-auth' }]);
    expect(auth).toMatchObject({ reason: like('it decides about the cluster itself') });
    const written = ClusterGrant.safeParse(grant([{ ...FLAGS, name: 'aws-auth' }]));
    expect(written.error?.message).toContain('not aws-auth');
  });

  test('is granted by its name, and only with the word that its value is shown', () => {
    for (const wrong of [{ keys: ['*'] }, { keys: [] }, { name: '*' }, { shown: false }])
      expect(ClusterGrant.safeParse({ ...grant([FLAGS]), configMapKeys: [{ ...FLAGS, ...wrong }] }).success).toBe(
        false,
      );
  });

  test('is granted together with a tool that sets it, or not at all', () => {
    const problems = (agent: Agent[]) => clusterGrantProblems(agent, [LOOK, patchConfigMapKey], [cluster('prod')]);
    expect(problems(clusterAgent('setter', grant([FLAGS]), [patchConfigMapKey.name]))).toEqual([]);
    expect(problems(clusterAgent('setter', grant(undefined), [patchConfigMapKey.name]))).toEqual([
      like('configMapKeys: missing: patch_config_map_key may set only keys that are listed here'),
    ]);
    expect(problems(clusterAgent('idle', grant([FLAGS]), []))).toEqual([
      like('configMapKeys: no tool of this agent sets a key of a ConfigMap'),
    ]);
  });

  test('is told to the model', () => {
    const [agent] = clusterAgent('setter', grant([FLAGS]), [patchConfigMapKey.name]);
    const told = agent && toolSpecsOf(agent, installed).find(({ name }) => name === patchConfigMapKey.name);
    expect(told?.description).toContain('Keys of ConfigMaps: flags: new_basket.');
  });
});

describe('a node', () => {
  const load = async () => import('../../../../lambdas/tools/set-node-schedulable/tool.ts');
  const installed = catalogueOf(OBSERVE_TOOLS, [{ manifest: setNodeSchedulable, load }]);
  const keeper = (nodes?: true) =>
    clusterAgent('keeper', { clusters: ['prod'], namespaces: ['shop'], ...(nodes && { nodes }) }, [
      setNodeSchedulable.name,
    ]);
  const input = { cluster: 'prod', namespace: 'shop', node: 'node-1', schedulable: false, why: 'Disk fails (E1).' };
  const asked = (nodes?: true) =>
    keeper(nodes).map((agent) => admit(agent, { id: 'c1', name: setNodeSchedulable.name, input }, installed))[0];
  const target = (ref: string) => ({
    kind: 'kubernetes-node',
    id: 'nodes/node-1',
    provider: 'kubernetes',
    ref,
    account: '123456789012',
    region: 'eu-west-1',
    environment: 'production',
    tags: { environment: 'test' },
  });

  test('is changed only where the file of the agent grants nodes', () => {
    expect(asked(true)).toMatchObject({ kind: 'change' });
    expect(asked()).toMatchObject({ kind: 'refused', check: 'allowlist', reason: like('keeper may not change nodes') });
    const problems = (agent: Agent[]) => clusterGrantProblems(agent, [LOOK, setNodeSchedulable], [cluster('prod')]);
    expect(problems(keeper(true))).toEqual([]);
    expect(problems(keeper())).toEqual([like('nodes: missing: set_node_schedulable changes nodes')]);
    const idle = clusterAgent('idle', { clusters: ['prod'], namespaces: ['shop'], nodes: true }, []);
    expect(problems(idle)).toEqual([like('nodes: no tool of this agent changes nodes')]);
  });

  test('is all that a tool on nodes may find, and what no other tool may find', () => {
    const node = target('k8s://prod/-/nodes/node-1');
    expect(clusterTargetFault(node, input, setNodeSchedulable)).toBeUndefined();
    expect(clusterTargetFault(node, input)).toMatch(/is not in the cluster and the namespace/);
    const pod = target('k8s://prod/shop/pods/web');
    expect(clusterTargetFault(pod, input, setNodeSchedulable)).toMatch(/is not in the cluster and the namespace/);
    expect(clusterTargetFault(target('k8s://dev/-/nodes/node-1'), input, setNodeSchedulable)).toBeDefined();
  });

  test('has the environment of its cluster in the settings, else production, whoever labels it', () => {
    const settings = { accountEnvironments: {}, nonProduction: ['test'] };
    const node = { ...target('k8s://prod/-/nodes/node-1'), environment: 'test' };
    expect(targetInForce(node, settings).environment).toBe('production');
    const clusters = [cluster('prod', { environment: 'test' })];
    expect(targetInForce(node, { ...settings, clusters }).environment).toBe('test');
  });
});
