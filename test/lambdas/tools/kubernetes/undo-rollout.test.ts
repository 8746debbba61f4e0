import { expect, test } from 'vitest';
import { tool } from '../../../../lambdas/tools/undo-rollout/tool.ts';
import { ExampleCluster, SHOP } from '../../../local/cluster/example-cluster.ts';
import { ChangeRun } from './change-run.ts';

const SECRET = 'hunter2-hidden';
const to = (revision: number, kind = 'deployments', name = 'checkout') => ({
  cluster: 'shop-eu',
  namespace: 'shop',
  kind,
  name,
  revision,
  why: 'The pods of the new image cannot be started; those of the one before ran.',
});
const container = (fields: object) => ({ spec: { template: { spec: { containers: [{ name: 'web', ...fields }] } } } });
/** A second revision, an hour and a half ago, whose image may be missing in the registry. */
const shipped = (
  fields: object = { image: 'example.com/shop:2' },
  images = '{}',
  of = 'deployments/checkout',
) => `${SHOP}
  images: ${images}
  changes: [{ at: -90m, of: shop/${of}, manager: helm, merge: ${JSON.stringify(container(fields))} }]
`;
const BROKEN = "{ 'example.com/shop:2': { pull: fails } }";

const running = (yaml = shipped()): ChangeRun => new ChangeRun(tool, new ExampleCluster(yaml));

test('a bad image that got stuck is undone, and the old pods serve on', async () => {
  const run = running(shipped(undefined, BROKEN));
  const change = await run.proposed(to(1));
  expect(change.before).toMatchObject({
    images: { web: 'example.com/shop:2' },
    differences: [{ field: 'spec.containers[web].image', before: 'example.com/shop:2', after: 'example.com/shop:1' }],
    revisions: { kept: [2, 1], present: 2, historyLimit: 10 },
    rolledOut: false,
  });
  expect(change.before).not.toMatchObject({ stalledSince: null });
  expect(change.after).toMatchObject({
    images: { web: 'example.com/shop:1' },
    differences: [],
    rolledOut: true,
    stalledSince: null,
  });
  expect(await run.facts(to(1))).toEqual({
    cutPercent: 0,
    growPercent: 0,
    peakUsePercentAfter: 0,
    cpuMillicoresAfter: 200,
    memoryMiBAfter: 512,
    cpuCutPercent: 0,
    memoryCutPercent: 0,
    qosChanges: false,
    quotaUsePercentAfter: 0,
    gitOpsManaged: false,
    fleetSize: 2,
    fleetAffectedPercent: 0,
    inServiceAfter: 2,
    downtimeSeconds: 0,
  });
  await run.applied(change);
  expect(await run.holds(change)).toBe(true);
  const { metadata, spec } = await run.example.deployment();
  expect(JSON.stringify(spec['template'])).toContain('"image":"example.com/shop:1"');
  expect(JSON.stringify(spec['template'])).not.toContain('pod-template-hash');
  expect(metadata.managedFields.map(({ manager }) => manager)).not.toContain('checkrein');
});

test('an attempt that is made again writes nothing twice, also after the revision got another number', async () => {
  const run = running();
  const change = await run.proposed(to(1));
  await run.apply(change);
  const writes = () => run.example.calls.filter(({ mutating, dryRun }) => mutating && !dryRun).length;
  const once = writes();
  await run.applied(change);
  expect(writes()).toBe(once);
  expect(await run.state(to(1))).toMatchObject({ revisions: { kept: [3, 2], named: null, present: 3 } });
  expect(await run.holds(change)).toBe(true);
});

test.each([
  ['deployments', 'checkout', ''],
  [
    'statefulsets',
    'ledger',
    "    - { apiVersion: apps/v1, kind: StatefulSet, metadata: { name: ledger, namespace: shop }, spec: { replicas: 2, serviceName: ledger, selector: { matchLabels: { app: ledger } }, template: { metadata: { labels: { app: ledger } }, spec: { containers: [{ name: web, image: 'example.com/shop:1' }] } } } }\n",
  ],
  [
    'daemonsets',
    'agent',
    "    - { apiVersion: apps/v1, kind: DaemonSet, metadata: { name: agent, namespace: shop }, spec: { selector: { matchLabels: { app: agent } }, template: { metadata: { labels: { app: agent } }, spec: { containers: [{ name: web, image: 'example.com/shop:1' }] } } } }\n",
  ],
])('a rollback of an undo restores the very object, of %s', async (kind, name, object) => {
  const yaml = shipped(undefined, '{}', `${kind}/${name}`).replace(
    '    - apiVersion: policy/v1',
    `${object}    - apiVersion: policy/v1`,
  );
  const run = running(yaml);
  const { spec } = await run.example.get(kind, name);
  const change = await run.proposed(to(1, kind, name));
  await run.applied(change);
  expect((await run.example.get(kind, name)).spec).not.toEqual(spec);
  await run.applied(run.undoing(change));
  expect((await run.example.get(kind, name)).spec).toEqual(spec);
});

test('a rollback finds the template under another number', async () => {
  const run = running();
  const { spec } = await run.example.deployment();
  const change = await run.proposed(to(1));
  await run.applied(change);
  // Somebody takes it back and forth meanwhile: the template is revision 4 by then, and 1 is 5.
  for (const image of ['example.com/shop:2', 'example.com/shop:1']) {
    run.example.cluster.drift({ of: 'shop/deployments/checkout', manager: 'kubectl', merge: container({ image }) });
    run.example.wait(120);
  }
  await run.applied(run.undoing(change));
  expect((await run.example.deployment()).spec).toEqual(spec);
});

test('a rollback to a template that was stuck does not wait for it', async () => {
  const run = running(shipped(undefined, BROKEN));
  const { spec } = await run.example.deployment();
  const change = await run.proposed(to(1));
  await run.applied(change);
  const undo = run.undoing(change);
  expect(await run.applied(undo)).toEqual([]);
  run.example.wait(900);
  expect(await run.holds(undo)).toBe(true);
  expect((await run.example.deployment()).spec).toEqual(spec);
});

test('a write of somebody else right before ours is not written over', async () => {
  const run = running();
  const change = await run.proposed(to(1));
  const merge = container({ image: 'example.com/shop:3' });
  run.example.cluster.drift({ of: 'shop/deployments/checkout', manager: 'kubectl', merge });
  await expect(run.apply(change)).rejects.toThrow(/Somebody else changed shop\/deployments\/checkout right before/);
});

test('a number that is another template by now is another state, so the plan does not fit any more', async () => {
  const run = running();
  const { before } = await run.proposed(to(1));
  await run.applied(await run.proposed(to(1)));
  expect(await run.state(to(2))).not.toEqual(before);
});

test('a revision that is not kept is refused, naming those that are', async () => {
  await expect(running().proposed(to(7))).rejects.toThrow('Revision 7 of checkout is not kept. Kept are 2, 1.');
  await expect(running(SHOP).proposed(to(7))).rejects.toThrow('Revision 7 of checkout is not kept. Kept are 1.');
});

test('a revision with the present template is refused', async () => {
  await expect(running().proposed(to(2))).rejects.toThrow(
    'Revision 2 of checkout has the template that checkout has now, so there is nothing to undo. Kept are 1.',
  );
});

test('a paused rollout is not undone', async () => {
  const run = running();
  const merge = { spec: { paused: true } };
  run.example.cluster.drift({ of: 'shop/deployments/checkout', manager: 'kubectl', merge });
  await expect(run.facts(to(1))).rejects.toThrow(/is paused: somebody works on it/);
});

test('values that may be secrets are in neither state, facts nor messages, and their fields are named', async () => {
  const run = running(shipped({ env: [{ name: 'PASSWORD', value: SECRET }], args: [SECRET] }));
  const change = await run.proposed(to(1));
  expect(change.before).toMatchObject({
    differences: [{ field: 'spec.containers[web].env' }, { field: 'spec.containers[web].args' }],
  });
  expect(JSON.stringify([change, await run.facts(to(1)), await run.dryRun(to(1)), tool.inverse(change)])).not.toContain(
    SECRET,
  );
});

const quotaOf = (memory: string): string =>
  `    - { apiVersion: v1, kind: ResourceQuota, metadata: { name: all, namespace: shop }, spec: { hard: { requests.memory: ${memory} } } }\n`;

test('what the revision gives each pod less of is a cut, judged by the measured peak', async () => {
  const more = { requests: { cpu: '500m', memory: '512Mi' }, limits: { memory: '1Gi' } };
  const used = '  usage: [{ of: shop/deployments/checkout, memoryMiB: 300, cpuCores: 0.1 }]\n';
  expect(await running(`${shipped({ resources: more })}${used}`).facts(to(1))).toMatchObject({
    cutPercent: 60,
    growPercent: 0,
    peakUsePercentAfter: 59,
    cpuMillicoresAfter: 200,
    memoryMiBAfter: 512,
    cpuCutPercent: 60,
    memoryCutPercent: 50,
    quotaUsePercentAfter: 0,
  });
  const less = { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } };
  const tight = shipped({ resources: less }).replace(
    '    - apiVersion: policy/v1',
    `${quotaOf('800Mi')}    - apiVersion: policy/v1`,
  );
  expect(await running(tight).facts(to(1))).toMatchObject({
    cutPercent: 0,
    growPercent: 100,
    peakUsePercentAfter: 0,
    quotaUsePercentAfter: 64,
  });
});

test('pods that a stuck rollout has left need no more room in a quota than they have', async () => {
  const less = { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } };
  const full = shipped({ resources: less }).replace(
    '    - apiVersion: policy/v1',
    `${quotaOf('512Mi')}    - apiVersion: policy/v1`,
  );
  const run = running(full);
  expect((await run.proposed(to(1))).before).toMatchObject({ rolledOut: false });
  expect(await run.facts(to(1))).toMatchObject({ quotaUsePercentAfter: 0 });
});

test('a container that goes is a cut of what the pod asks for, and one that comes is growth', async () => {
  const sidecar = {
    spec: {
      template: {
        spec: {
          containers: [{ name: 'sidecar', image: 'example.com/sidecar:1', resources: { requests: { cpu: 0.3 } } }],
        },
      },
    },
  };
  const run = running(SHOP);
  run.example.cluster.drift({ of: 'shop/deployments/checkout', manager: 'kubectl', merge: sidecar });
  run.example.wait(120);
  const change = await run.proposed(to(1));
  expect(change.before).toMatchObject({ differences: [{ field: 'spec.containers[sidecar]', after: 'nothing' }] });
  expect(await run.facts(to(1))).toMatchObject({
    cutPercent: 60,
    cpuCutPercent: 60,
    memoryCutPercent: 0,
    peakUsePercentAfter: 100,
  });
  expect((await run.dryRun(to(1))).checks.at(-1)).toEqual({
    name: 'measured peak',
    outcome: 'unknown',
    detail:
      'not known, so it counts as 100 %: With sidecar goes its cpu, and which container does its work then is not measured.',
  });
  await run.applied(change);
  expect(await run.facts(to(2))).toMatchObject({ cutPercent: 0, growPercent: 150 });
});

test('without a history nothing brings the present template back, and that is said', async () => {
  const run = running();
  const merge = { spec: { revisionHistoryLimit: 0 } };
  run.example.cluster.drift({ of: 'shop/deployments/checkout', manager: 'kubectl', merge });
  expect(tool.inverse({ ...(await run.proposed(to(1))) })).toEqual({
    reversible: false,
    says: 'It cannot be undone: with a revisionHistoryLimit of 0 the present template of checkout is not kept.',
  });
});

test('the dry run is made by the cluster, changes nothing, and names who owns the fields', async () => {
  const run = running();
  const before = await run.example.deployment();
  const { checks } = await run.dryRun(to(1));
  expect(checks).toEqual([
    {
      name: 'field owners',
      outcome: 'warning',
      detail:
        'helm manages spec.template.spec.containers[web].image. Whoever that is writes its own value again with its next apply or upgrade: change it at its source too.',
    },
    expect.objectContaining({ name: 'patch deployments', outcome: 'passed' }),
    expect.objectContaining({ name: 'Helm release', outcome: 'warning' }),
  ]);
  expect(await run.example.deployment()).toEqual(before);
});

test('people read which revision comes back and each field that differs, not digests and progress', async () => {
  const change = await running(shipped(undefined, BROKEN)).proposed(to(1));
  expect(tool.shown(change)).toEqual({
    before: { revision: 2, 'web.image': 'example.com/shop:2' },
    after: { revision: 1, 'web.image': 'example.com/shop:1' },
  });
  const secret = await running(shipped({ env: [{ name: 'PASSWORD', value: SECRET }] })).proposed(to(1));
  expect(tool.shown(secret)).toEqual({
    before: { revision: 2, 'web.env': 'set, not shown' },
    after: { revision: 1, 'web.env': 'nothing' },
  });
});

test('a pod that is missing already counts among those that a rollout may take out of service', async () => {
  const one = SHOP.replace(
    'replicas: 2\n',
    'replicas: 2\n        strategy: { rollingUpdate: { maxUnavailable: 1 } }\n',
  );
  const run = running(shipped(undefined, BROKEN).replace(SHOP, one));
  expect(await run.facts(to(1))).toMatchObject({ fleetAffectedPercent: 0, inServiceAfter: 1, downtimeSeconds: 0 });
});

test('a first limit counts as the least that is a cut, as it does for set_resources', async () => {
  const run = running(shipped({ resources: { limits: null } }));
  expect(await run.facts(to(1))).toMatchObject({ cutPercent: 1, memoryCutPercent: 1, memoryMiBAfter: 512 });
});
