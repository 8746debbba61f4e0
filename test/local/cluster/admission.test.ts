import { describe, expect, test } from 'vitest';
import { JsonObject } from '../../../lambdas/contracts/json.ts';
import { admissionPolicy } from '../../../lambdas/providers/kubernetes/admission/policy.ts';
import { TOOLS } from '../../kubernetes/tools.ts';
import { apply, ExampleCluster, jsonPatch, RESOURCES, SHOP } from './example-cluster.ts';

const PATCH = 'apps/v1: patch deployments';
const EVICT = 'v1: create pods/eviction';
const CPU = `${RESOURCES}/requests/cpu`;
const WEB = '/spec/template/spec/containers/0';
const RESTARTED = 'checkrein.dev/restarted';
const OF_HELM = `${SHOP}  writers: [{ of: shop/deployments/checkout, manager: helm, fields: ['.spec.template.spec.containers[name="web"].resources.requests'] }]\n`;

const ALL_OF_HELM = `${SHOP}  writers: [{ of: shop/deployments/checkout, manager: helm }]\n`;

const add = (path: string, value: JsonObject[string]) => ({ op: 'add', path, value });
const setsCpu = [{ op: 'test', path: CPU, value: '200m' }, add(CPU, '300m')];
const scales = jsonPatch([add('/spec/replicas', 3)]);

/** Every literal part of the messages of the generated policy. */
const { validations } = admissionPolicy({
  group: 'checkrein:change',
  usernamePrefixes: [],
  namespaces: ['shop'],
  tools: TOOLS,
}).spec;
const WORDS = validations.map(({ messageExpression }) => messageExpression).join('\n');

const uidOf = async (example: ExampleCluster) => (await example.deployment()).metadata.uid;

/** The refusal of a call by the policy, which has no words that the generated policy does not have. */
const denial = async (
  example: ExampleCluster,
  session: { readonly mode: string; readonly operation: string; readonly uid: string },
  call: string,
  input: JsonObject,
): Promise<string> => {
  const { mode, operation, uid } = session;
  const refused = await example.refusal(call, input, example.change(mode, operation, uid));
  expect(refused.code).toBe('Forbidden');
  const [, said = ''] =
    /is forbidden: ValidatingAdmissionPolicy 'checkrein-one-change' with binding 'checkrein-one-change' denied request: (Checkrein: .*)$/.exec(
      refused.awsMessage,
    ) ?? [];
  const [name, namespace] = [input['name'], input['namespace']].map((value) =>
    typeof value === 'string' ? value : '-',
  );
  const values = [`${mode}-${operation}-${uid}`, uid, `deployments/${name ?? ''}`, name ?? '', namespace ?? ''];
  const fixed = values.reduce((text, value) => text.replaceAll(value, '\n'), said);
  for (const part of fixed.split(/\n|(?<=Checkrein: )/)) {
    const isFixed = WORDS.includes(part.trim()) || / does not (UPDATE|CREATE) /.test(part);
    expect([part, isFixed]).toEqual([part, true]);
  }
  return said;
};

describe('a session of the change role', () => {
  test.each([
    ['set_resources', CPU, '300m'],
    ['set_resources', RESOURCES, {}],
    ['scale_workload', '/spec/replicas', 3],
    ['restart_rollout', '/spec/template/metadata/annotations', { [RESTARTED]: '2026-01-01T00:00:00Z' }],
    ['undo_rollout', `${WEB}/image`, 'example.com/shop:0'],
  ])('of %s may write %s, in a dry run, really and back', async (tool, path, value) => {
    const example = new ExampleCluster();
    const uid = await uidOf(example);
    const before = await example.deployment();
    await example.patch([add(path, value)], { dryRun: 'All' }, example.change('dry', tool, uid));
    expect(await example.deployment()).toEqual(before);
    await example.patch([add(path, value)], {}, example.change('apply', tool, uid));
    const { metadata } = await example.deployment();
    expect(metadata.resourceVersion).not.toBe(before.metadata.resourceVersion);
    await example.patch([add('/spec', before.spec)], {}, example.change('undo', tool, uid));
    expect((await example.deployment()).spec).toEqual(before.spec);
  });

  test.each([
    ['set_resources', add(`${WEB}/image`, 'example.com/evil:1')],
    ['set_resources', add(`${WEB}/name`, 'other')],
    ['set_resources', add(`${WEB}/workingDir`, '/srv')],
    ['set_resources', { op: 'remove', path: '/spec/progressDeadlineSeconds' }],
    ['set_resources', add('/spec/template/spec/containers/-', { name: 'third', image: 'example.com/evil:1' })],
    ['set_resources', add('/spec/template/spec/initContainers', [{ name: 'init', image: 'example.com/evil:1' }])],
    ['set_resources', add('/spec/replicas', 0)],
    ['set_resources', { op: 'remove', path: '/spec/template/metadata/labels/app' }],
    ['scale_workload', add(CPU, '1')],
    ['scale_workload', add('/metadata/finalizers', ['example.com/never'])],
    ['scale_workload', add('/metadata/annotations', { 'example.com/note': 'yes' })],
    ['restart_rollout', add('/spec/template/metadata/annotations', { 'example.com/other': 'yes' })],
    ['undo_rollout', add('/spec/replicas', 0)],
    ['undo_rollout', add('/metadata/labels', { app: 'other' })],
  ])('of %s may not write %j', async (tool, operation) => {
    const example = new ExampleCluster();
    const uid = await uidOf(example);
    // Of a field with a default, what is stored is what counts.
    const removed = operation.path === '/spec/progressDeadlineSeconds';
    const patch = removed ? add(operation.path, 5) : operation;
    for (const mode of ['apply', 'undo'])
      expect(await denial(example, { mode, operation: tool, uid }, PATCH, jsonPatch([patch]))).toMatch(
        new RegExp(
          `^Checkrein: ${tool} may change only .* of deployments, or release the fields that checkrein manages$`,
        ),
      );
  });

  test('of a dry run makes no real call', async () => {
    const example = new ExampleCluster();
    const session = { mode: 'dry', operation: 'scale_workload', uid: await uidOf(example) };
    const body = { ...scales, contentType: 'application/merge-patch+json', body: { dryRun: ['All'] } };
    for (const input of [scales, body])
      expect(await denial(example, session, PATCH, input)).toMatch(
        /may only make dry runs, with dryRun=All in the query/,
      );
    expect((await example.deployment()).spec['replicas']).toBe(2);
  });

  test('makes no call of another operation, also on a subresource, and creates nothing', async () => {
    const example = new ExampleCluster();
    const uid = await uidOf(example);
    const session = { mode: 'apply', operation: 'restart_pod', uid };
    expect(await denial(example, session, PATCH, scales)).toBe('Checkrein: restart_pod does not UPDATE deployments');
    const everything = { step: 'apply', calls: 'any', changes: true } as const;
    const master = example.session({ ...everything, principal: `role/apply-scale_workload-${uid}` });
    const scale = { ...scales, contentType: 'application/merge-patch+json', body: { spec: { replicas: 3 } } };
    for (const [call, input, says] of [
      ['apps/v1: patch deployments/scale', scale, 'does not UPDATE deployments/scale'],
      [PATCH, { ...apply('checkrein', [{ name: 'a', image: 'b' }]), name: 'gone' }, 'does not CREATE deployments'],
    ] as const)
      expect((await example.refusal(call, input, master)).awsMessage).toContain(`Checkrein: scale_workload ${says}`);
  });

  test('has the rights of the tools, and no other', async () => {
    const example = new ExampleCluster();
    const session = example.change('apply', 'scale_workload', await uidOf(example));
    for (const [call, name] of [
      ['apps/v1: patch replicasets', 'checkout'],
      ['apps/v1: get deployments', 'checkout'],
    ] as const)
      expect((await example.refusal(call, { name }, session)).awsMessage).toMatch(/User "arn:.*" cannot (patch|get)/);
  });

  test('reaches no object but its target, and not its successor of the same name', async () => {
    const other =
      '    - { apiVersion: apps/v1, kind: Deployment, metadata: { name: other, namespace: shop }, spec: { selector: {}, template: { spec: { containers: [{ name: a, image: b }] } } } }\n';
    const example = new ExampleCluster(`${SHOP}${other}`);
    const session = { mode: 'apply', operation: 'scale_workload', uid: await uidOf(example) };
    expect(await denial(example, session, PATCH, { ...scales, name: 'other' })).toMatch(
      /^Checkrein: deployments\/other has not/,
    );
    example.cluster.drift({ of: 'shop/deployments/checkout', manager: 'kubectl', recreate: true });
    expect(await denial(example, session, PATCH, scales)).toBe(
      `Checkrein: deployments/checkout has not the UID ${session.uid} of the session`,
    );
  });

  test('reaches no namespace that no agent is granted', async () => {
    const bank = SHOP.replaceAll('namespace: shop', 'namespace: bank').replace('name: shop,', 'name: bank,');
    const example = new ExampleCluster(bank);
    const found = await example.send('apps/v1: get deployments', { namespace: 'bank', name: 'checkout' });
    const uid = /"uid":"([^"]+)"/.exec(JSON.stringify(found))?.[1] ?? '';
    const session = { mode: 'apply', operation: 'scale_workload', uid };
    expect(await denial(example, session, PATCH, { ...scales, namespace: 'bank' })).toBe(
      'Checkrein: no agent is granted the namespace bank',
    );
  });

  test.each([
    ['force', 'scale_workload', ''],
    ['apply', 'anything', ''],
    ['apply', 'scale_workload', '0'],
  ])('with the name %s-%s-UID%s writes nothing', async (mode, operation, more) => {
    const example = new ExampleCluster();
    const session = { mode, operation, uid: `${await uidOf(example)}${more}` };
    expect(await denial(example, session, PATCH, scales)).toMatch(/is not MODE-OPERATION-UID with a known mode/);
  });
});

describe('the managed fields', () => {
  const releases = async (example: ExampleCluster, manager: string) => {
    const { managedFields } = (await example.deployment()).metadata;
    const at = `/metadata/managedFields/${managedFields.findIndex((entry) => entry.manager === manager)}`;
    return [
      { op: 'test', path: `${at}/manager`, value: manager },
      { op: 'remove', path: at },
    ];
  };

  test('of ours are released by a second patch, after which Helm meets no conflict', async () => {
    const example = new ExampleCluster(OF_HELM);
    const session = example.change('apply', 'set_resources', await uidOf(example));
    await example.patch(setsCpu, {}, session);
    const upgrade = apply('helm', [{ name: 'web', resources: { requests: { cpu: '400m' } } }]);
    expect((await example.refusal(PATCH, upgrade)).awsMessage).toMatch(/conflict with "checkrein"/);
    await example.patch(await releases(example, 'checkrein'), {}, session);
    expect((await example.deployment()).metadata.managedFields.map(({ manager }) => manager)).toEqual([
      'helm',
      'kubectl-client-side-apply',
    ]);
    await example.send(PATCH, upgrade);
  });

  test('of somebody else stay, alone, beside a change, and when all are reset; nobody is made a manager', async () => {
    const example = new ExampleCluster(ALL_OF_HELM);
    const session = { mode: 'apply', operation: 'set_resources', uid: await uidOf(example) };
    const release = await releases(example, 'helm');
    const reset = { op: 'replace', path: '/metadata/managedFields', value: [{}] };
    const [entry = {}] = (await example.deployment()).metadata.managedFields;
    const forged = add('/metadata/managedFields/-', JsonObject.parse({ ...entry, manager: 'argocd' }));
    for (const body of [release, [...setsCpu, ...release], [reset], [...setsCpu, reset], [...setsCpu, forged]])
      expect(await denial(example, session, PATCH, jsonPatch(body))).toMatch(/set_resources may change only/);
  });

  test('are not released beside a change of another field', async () => {
    const example = new ExampleCluster(OF_HELM);
    const session = { mode: 'apply', operation: 'set_resources', uid: await uidOf(example) };
    await example.patch(setsCpu, {}, example.change('apply', 'set_resources', session.uid));
    const release = await releases(example, 'checkrein');
    expect(await denial(example, session, PATCH, jsonPatch([...release, add('/spec/replicas', 0)]))).toMatch(
      /may change only/,
    );
  });

  test('let the dry run by server-side apply name the owner, and add no container', async () => {
    const example = new ExampleCluster(OF_HELM.replace(', limits: { memory: 512Mi }', ''));
    const uid = await uidOf(example);
    const session = example.change('dry', 'set_resources', uid);
    const owned = apply('checkrein', [{ name: 'web', resources: { requests: { cpu: '300m' } } }], { dryRun: 'All' });
    expect((await example.refusal(PATCH, owned, session)).awsMessage).toMatch(/conflict with "helm"/);
    const same = apply('checkrein', [{ name: 'web', resources: { limits: { memory: '512Mi' } } }], { dryRun: 'All' });
    expect(JSON.stringify(await example.send(PATCH, same, session))).toContain('"manager":"checkrein"');
    const third = apply('checkrein', [{ name: 'third', image: 'example.com/evil:1' }], { dryRun: 'All' });
    const dry = { mode: 'dry', operation: 'set_resources', uid };
    expect(await denial(example, dry, PATCH, third)).toMatch(/set_resources may change only/);
  });
});

describe('an eviction', () => {
  const evicts = (name: string, deleteOptions?: JsonObject): JsonObject => ({
    name,
    body: {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { namespace: 'shop', name },
      ...(deleteOptions !== undefined && { deleteOptions }),
    },
  });
  const podOf = async (example: ExampleCluster) => (await example.pods())[0]?.metadata ?? expect.fail('no Pod');

  test('with the UID of the session is admitted, and a dry run of it touches nothing', async () => {
    const example = new ExampleCluster();
    const { name, uid } = await podOf(example);
    const input = evicts(name, { preconditions: { uid } });
    const dry = { ...input, query: { dryRun: 'All' } };
    await example.send(EVICT, dry, example.change('dry', 'restart_pod', uid));
    expect((await podOf(example)).deletionTimestamp).toBeUndefined();
    await example.send(EVICT, input, example.change('apply', 'restart_pod', uid));
    expect((await podOf(example)).deletionTimestamp).toBeDefined();
  });

  test('without it, with any other option, or of another Pod is refused', async () => {
    const example = new ExampleCluster();
    const { name, uid } = await podOf(example);
    const session = { mode: 'apply', operation: 'restart_pod', uid };
    const other = { preconditions: { uid: '00000000-0000-4000-8000-000000000000' } };
    for (const options of [undefined, {}, { preconditions: {} }, other])
      expect(await denial(example, session, EVICT, evicts(name, options))).toMatch(/no precondition on the UID/);
    const hurried = evicts(name, { preconditions: { uid }, gracePeriodSeconds: 0 });
    expect(await denial(example, session, EVICT, hurried)).toMatch(/may have no other option than its precondition/);
    const second = (await example.pods())[1]?.metadata.name ?? '';
    const cloud = example.change('apply', 'restart_pod', uid);
    const refused = await example.refusal(EVICT, evicts(second, { preconditions: { uid } }), cloud);
    expect([refused.code, refused.awsMessage]).toEqual([
      'Conflict',
      expect.stringContaining('does not match the UID in record'),
    ]);
  });
});
