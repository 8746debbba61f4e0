import { describe, expect, test } from 'vitest';
import type { ChangeManifest } from '../../../../lambdas/contracts/tool.ts';
import { changeScope, namespaceRights, rbacObjects } from '../../../../lambdas/providers/kubernetes/permissions.ts';
import { clusterManifests } from '../../../../bin/kubernetes/manifests.ts';
import { manifest as patchConfigMapKey } from '../../../../lambdas/tools/patch-config-map-key/manifest.ts';
import { manifest as setNodeSchedulable } from '../../../../lambdas/tools/set-node-schedulable/manifest.ts';
import { manifest as setVolumeClaimSize } from '../../../../lambdas/tools/set-volume-claim-size/manifest.ts';
import { CATALOGUE } from '../../../../lambdas/tools/catalogue.ts';
import { cluster, clusterAgent, LOOK, SCALE } from '../../../fixtures/cluster-tools.ts';
import { shippedRules } from '../../../lib/shipped.ts';

const agents = [
  ...clusterAgent('fixer', { clusters: ['prod'], namespaces: ['shop'] }),
  ...clusterAgent('looker', { clusters: ['prod', 'dev'], namespaces: ['shop', 'billing'] }, []),
];
const rights = namespaceRights('prod', agents, [LOOK, SCALE]);
const granted = rights.flatMap(({ namespace, role, rules }) =>
  rules.flatMap(({ resources, verbs }) => verbs.map((verb) => `${namespace} ${role}: ${verb} ${resources.join()}`)),
);

describe('rights in a cluster', () => {
  test('are those of the tools of each namespace, and no other', () => {
    expect(granted).toEqual([
      'billing read: get pods',
      'billing read: list pods',
      'billing read: get pods/log',
      'shop read: get pods',
      'shop read: list pods',
      'shop read: get pods/log',
      'shop read: get deployments',
      'shop change: patch deployments',
    ]);
  });

  test('that change something are in no namespace where agents only read', () => {
    const roles = namespaceRights('dev', agents, [LOOK, SCALE]).map(({ role }) => role);
    expect([...new Set(roles)]).toEqual(['read']);
  });

  test('are bound in each namespace to a group, and never for the whole cluster', () => {
    const objects = rbacObjects(rights);
    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`)).toEqual([
      'Role billing/checkrein-read',
      'RoleBinding billing/checkrein-read',
      'Role shop/checkrein-read',
      'RoleBinding shop/checkrein-read',
      'Role shop/checkrein-change',
      'RoleBinding shop/checkrein-change',
    ]);
    expect(objects.at(-1)).toMatchObject({
      roleRef: { kind: 'Role', name: 'checkrein-change' },
      subjects: [{ kind: 'Group', name: 'checkrein:change' }],
    });
  });

  test('of an agent that no tool on Kubernetes is granted are none', () => {
    expect(
      namespaceRights(
        'prod',
        agents,
        CATALOGUE.manifests.filter(({ name }) => name === 'get_metrics'),
      ),
    ).toEqual([]);
  });

  test.each([
    ['v1', 'delete pods'],
    ['v1', 'create pods/exec'],
    ['v1', 'create pods/attach'],
    ['v1', 'create pods/portforward'],
    ['v1', 'get secrets'],
    ['v1', 'patch secrets'],
    ['v1', 'create serviceaccounts/token'],
    ['rbac.authorization.k8s.io/v1', 'patch roles'],
    ['admissionregistration.k8s.io/v1', 'patch validatingadmissionpolicies'],
  ])('never contain %s %s, whatever a manifest lists', (service, command) => {
    const tool: ChangeManifest = { ...SCALE, changes: [{ service, command }] };
    expect(() => namespaceRights('prod', agents, [tool])).toThrow('is one that no tool may make');
  });

  test.each(['deletecollection pods', 'impersonate users', 'escalate roles', 'bind roles', '* pods', 'patch *'])(
    'have no %s, which is not a call at all',
    (command) => {
      const tool: ChangeManifest = { ...SCALE, changes: [{ service: 'v1', command }] };
      expect(() => namespaceRights('prod', agents, [tool])).toThrow('is not a call of Kubernetes');
    },
  );

  test('have no change among the reads', () => {
    const tool = { ...LOOK, reads: [{ service: 'apps/v1', command: 'patch deployments' }] };
    expect(() => namespaceRights('prod', agents, [tool])).toThrow('changes something');
  });
});

describe('the manifests of a cluster', () => {
  const shipped = shippedRules();
  const rules = { ...shipped, agents, settings: { ...shipped.settings, clusters: [cluster('prod'), cluster('lone')] } };

  test('are YAML for kubectl, and say how to apply it', () => {
    const text = clusterManifests('prod', rules, [LOOK, SCALE]);
    expect(text).toMatch(/^# Rights of Checkrein in the cluster prod/);
    expect(text).toContain('kubectl apply -f FILE');
    expect(text.match(/^kind: Role$/gm)).toHaveLength(3);
  });

  test('bind the admission policy before they grant anything, and only where something may be changed', () => {
    const kinds = (text: string) => [...text.matchAll(/^kind: (\w+)$/gm)].map(([, kind]) => kind);
    const [policy, binding, ...rights] = kinds(clusterManifests('prod', rules, [LOOK, SCALE]));
    expect([policy, binding]).toEqual(['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding']);
    expect(new Set(rights)).toEqual(new Set(['Role', 'RoleBinding']));
    const readOnly = clusterManifests('prod', { ...rules, agents: agents.slice(1) }, [LOOK, SCALE]);
    expect(new Set(kinds(readOnly))).toEqual(new Set(['Role', 'RoleBinding']));
  });

  test('admit changes only of the namespaces where an agent may make them', () => {
    expect(changeScope('prod', agents, [LOOK, SCALE])).toEqual({
      group: 'checkrein:change',
      namespaces: ['shop'],
      tools: [SCALE],
    });
  });

  test('of a cluster that is not there, or that nobody is granted, are refused in words', () => {
    expect(() => clusterManifests('prd', rules, [LOOK, SCALE])).toThrow('no such cluster');
    expect(() => clusterManifests('lone', rules, [LOOK, SCALE])).toThrow('no agent is granted a tool');
  });
});

describe('ConfigMaps', () => {
  const configMapKeys = (name: string, ...keys: string[]) => [{ name, keys, shown: true } as const];
  const setters = (namespace: string, granted: ReturnType<typeof configMapKeys>) =>
    clusterAgent('setter', { clusters: ['prod'], namespaces: [namespace], configMapKeys: granted }, [
      patchConfigMapKey.name,
    ]);
  const both = [...setters('shop', configMapKeys('flags', 'b', 'a')), ...setters('bank', configMapKeys('limits', 'c'))];

  test('are read and written in each namespace by the names that agents are granted there, never listed', () => {
    const rules = namespaceRights('prod', both, [patchConfigMapKey]).flatMap(({ namespace, role, rules: found }) =>
      found
        .filter(({ resources }) => resources.includes('configmaps'))
        .map(({ resourceNames, verbs }) => [namespace, role, resourceNames, verbs]),
    );
    expect(rules).toEqual([
      ['bank', 'read', ['limits'], ['get']],
      ['bank', 'change', ['limits'], ['patch']],
      ['shop', 'read', ['flags'], ['get']],
      ['shop', 'change', ['flags'], ['patch']],
    ]);
  });

  test('of which no key is granted get no rule, which would grant them all', () => {
    const none = clusterAgent('setter', { clusters: ['prod'], namespaces: ['shop'] }, [patchConfigMapKey.name]);
    expect(JSON.stringify(namespaceRights('prod', none, [patchConfigMapKey]))).not.toContain('configmaps');
  });

  test('may be written by the policy in granted keys alone', () => {
    const { tools } = changeScope('prod', both, [patchConfigMapKey]);
    expect(tools).toMatchObject([{ changes: [{ fields: ['data["a"]', 'data["b"]', 'data["c"]'] }] }]);
  });

  test('are for no tool that does not name them in its input', () => {
    const tool = { ...LOOK, reads: [{ service: 'v1', command: 'get configmaps' }] };
    expect(() => namespaceRights('prod', agents, [tool])).toThrow('is about any ConfigMap');
    const lists = { ...patchConfigMapKey, reads: [{ service: 'v1', command: 'list configmaps' }] };
    expect(() => namespaceRights('prod', both, [lists])).toThrow('is about any ConfigMap');
  });
});

describe('nodes', () => {
  const keeper = (nodes?: true) =>
    clusterAgent('keeper', { clusters: ['prod'], namespaces: ['shop'], ...(nodes && { nodes }) }, [
      setNodeSchedulable.name,
    ]);
  const onNodes = namespaceRights('prod', keeper(true), [setNodeSchedulable]);

  test('are all that is granted outside of namespaces: read by one group, patched by the other', () => {
    expect(onNodes.map(({ namespace, role, rules }) => [namespace, role, rules])).toEqual([
      ['shop', 'read', [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }]],
      [undefined, 'read', [{ apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list'] }]],
      [undefined, 'change', [{ apiGroups: [''], resources: ['nodes'], verbs: ['patch'] }]],
    ]);
    expect(rbacObjects(onNodes).map(({ kind, metadata }) => [kind, metadata])).toEqual([
      ['Role', { name: 'checkrein-read', namespace: 'shop' }],
      ['RoleBinding', { name: 'checkrein-read', namespace: 'shop' }],
      ['ClusterRole', { name: 'checkrein-read' }],
      ['ClusterRoleBinding', { name: 'checkrein-read' }],
      ['ClusterRole', { name: 'checkrein-change' }],
      ['ClusterRoleBinding', { name: 'checkrein-change' }],
    ]);
  });

  test('are granted to nobody whose file does not say so, by RBAC or by the policy', () => {
    const rights = namespaceRights('prod', keeper(), [setNodeSchedulable]);
    expect(JSON.stringify(rights)).not.toContain('nodes');
    expect(changeScope('prod', keeper(), [setNodeSchedulable])).toMatchObject({ tools: [] });
    expect(changeScope('prod', keeper(true), [setNodeSchedulable]).tools).toEqual([setNodeSchedulable]);
  });
});

describe('StorageClasses', () => {
  const grower = clusterAgent('grower', { clusters: ['prod'], namespaces: ['shop'] }, [setVolumeClaimSize.name]);
  const inNone = (rights: ReturnType<typeof namespaceRights>) =>
    rights.filter(({ namespace }) => namespace === undefined).map(({ role, rules }) => [role, rules]);

  test('are read one by its name, by those whose tool needs it, and never listed or written', () => {
    const rights = namespaceRights('prod', grower, [setVolumeClaimSize]);
    const rule = { apiGroups: ['storage.k8s.io'], resources: ['storageclasses'], verbs: ['get'] };
    expect(inNone(rights)).toEqual([['read', [rule]]]);
    expect(
      rbacObjects(rights).flatMap(({ kind, metadata }) => (kind.startsWith('Cluster') ? [metadata.name] : [])),
    ).toEqual(['checkrein-read', 'checkrein-read']);
    const claims = { apiGroups: [''], resources: ['persistentvolumeclaims'] };
    expect(rights.flatMap(({ role, rules }) => (role === 'change' ? rules : []))).toEqual([
      { ...claims, verbs: ['patch'] },
    ]);
  });

  test('are granted in no cluster where no agent has such a tool', () => {
    expect(inNone(namespaceRights('other', grower, [setVolumeClaimSize]))).toEqual([]);
    const looker = clusterAgent('looker', { clusters: ['prod'], namespaces: ['shop'] }, [LOOK.name]);
    expect(inNone(namespaceRights('prod', looker, [LOOK, setVolumeClaimSize]))).toEqual([]);
  });

  test.each([
    { ...LOOK, reads: [{ service: 'storage.k8s.io/v1', command: 'list storageclasses' }] },
    {
      ...setVolumeClaimSize,
      changes: [{ service: 'storage.k8s.io/v1', command: 'patch storageclasses', fields: ['spec.x'] }],
    },
  ])('are listed and patched by no tool', (tool) => {
    const granted = clusterAgent('any', { clusters: ['prod'], namespaces: ['shop'] }, [tool.name]);
    expect(() => namespaceRights('prod', granted, [tool])).toThrow('is not a read of one by its name');
  });
});
