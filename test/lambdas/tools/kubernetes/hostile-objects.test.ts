import { expect, test } from 'vitest';
import * as z from 'zod';
import type { JsonObject } from '../../../../lambdas/contracts/json.ts';
import { changeText, templateChanges } from '../../../../lambdas/tools/kubernetes/template-diff.ts';
import { tool as restartPod } from '../../../../lambdas/tools/restart-pod/tool.ts';
import { tool as restartRollout } from '../../../../lambdas/tools/restart-rollout/tool.ts';
import { tool as scale } from '../../../../lambdas/tools/scale-workload/tool.ts';
import { templateOf } from '../../../../lambdas/tools/kubernetes/template.ts';
import { tool as undo } from '../../../../lambdas/tools/undo-rollout/tool.ts';
import { ExampleCluster, SHOP } from '../../../local/cluster/example-cluster.ts';
import { ChangeRun } from './change-run.ts';

const IN = { cluster: 'shop-eu', namespace: 'shop', why: 'The evidence says that this helps.' };
const CHECKOUT = { ...IN, kind: 'deployments', name: 'checkout' };
const DEPLOYMENT = 'shop/deployments/checkout';

const shopWith = (...objects: readonly JsonObject[]): string =>
  `${SHOP}${objects.map((one) => `    - ${JSON.stringify(one)}\n`).join('')}`;

const running = (tool: typeof scale, yaml: string = SHOP): ChangeRun => {
  const example = new ExampleCluster(yaml);
  example.wait(60);
  return new ChangeRun(tool, example);
};

const template = (app: string) => ({
  metadata: { labels: { app } },
  spec: { containers: [{ name: 'web', image: 'example.com/shop:1' }] },
});

test.each(['a..b', 'a.-b', 'a-.b'])('the name %j, which no request can have, is refused as an input', async (name) => {
  expect(scale.manifest.input.safeParse({ ...CHECKOUT, name, replicas: 3 }).success).toBe(false);
  expect(restartPod.manifest.input.safeParse({ ...IN, name }).success).toBe(false);
  expect(restartPod.manifest.input.safeParse({ ...IN, name: 'a.b-c.d' }).success).toBe(true);
});

test('the revisions of one workload are found among more ReplicaSets than one answer holds', async () => {
  const others = Array.from({ length: 501 }, (_, index) => ({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: `aa-${index}`, namespace: 'shop', labels: { app: 'aa' } },
    spec: { replicas: 0, selector: { matchLabels: { app: 'aa' } }, template: template('aa') },
  }));
  const run = running(undo, shopWith(...others));
  expect(await run.state({ ...CHECKOUT, revision: 1 })).toMatchObject({ revisions: { kept: [1], present: 1 } });
});

test('what another controller keeps in a ControllerRevision does not hide those of a StatefulSet', async () => {
  const ledger = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'ledger', namespace: 'shop' },
    spec: { replicas: 1, selector: { matchLabels: { app: 'ledger' } }, template: template('ledger') },
  };
  const foreign = {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: { name: 'vm-1', namespace: 'shop', labels: { app: 'ledger' } },
    revision: 1,
    data: { spec: { running: true } },
  };
  const run = running(undo, shopWith(ledger, foreign));
  const input = { ...CHECKOUT, kind: 'statefulsets', name: 'ledger', revision: 1 };
  expect(await run.state(input)).toMatchObject({ revisions: { kept: [1], present: 1 } });
});

const spec = (initContainers: readonly string[], more: JsonObject = {}) => ({
  spec: { initContainers: initContainers.map((name) => ({ name, image: 'example.com/init:1' })), ...more },
});

test('people read that init containers run in another order', () => {
  const changes = templateChanges(spec(['migrate', 'seed', 'old']), spec(['seed', 'new', 'migrate']));
  expect(changes.map(changeText)).toEqual([
    'spec.initContainers(order)',
    'spec.initContainers[old]',
    'spec.initContainers[new]',
  ]);
});

test('a field that has the name of a label of controllers is not left out', () => {
  const on = (hash: string) => spec([], { nodeSelector: { 'pod-template-hash': hash } });
  expect(templateChanges(on('a'), on('b')).map(changeText)).toEqual(['spec.nodeSelector.pod-template-hash']);
  const labelled = (hash: string) => ({ metadata: { labels: { 'pod-template-hash': hash } } });
  expect(templateChanges(labelled('a'), labelled('b'))).toEqual([]);
});

test('a write of somebody else after ours is not said to have come before it', async () => {
  const run = running(restartRollout);
  const change = await run.proposed(CHECKOUT);
  await run.apply(change);
  const merge = { spec: { template: { spec: { terminationGracePeriodSeconds: 5 } } } };
  run.example.cluster.drift({ of: DEPLOYMENT, manager: 'helm', merge });
  await expect(run.apply(change, true)).rejects.toThrow(
    /^Somebody else changed shop\/deployments\/checkout after the change was written: .* It is not written over\.$/,
  );
});

test('a workload whose rollout is paused is not scaled, since nobody could tell when it is done', async () => {
  const run = running(scale, SHOP.replace('replicas: 2', 'replicas: 2\n        paused: true'));
  await expect(run.facts({ ...CHECKOUT, replicas: 3 })).rejects.toThrow('The rollout of checkout is paused');
});

test.each([
  [
    'the Deployment',
    'metadata: { name: checkout, namespace: shop, ',
    "annotations: { checkrein.dev/protect: 'true' }, ",
  ],
  ['a label of it', 'metadata: { name: checkout, namespace: shop, labels: { ', "checkrein.dev/protect: 'true', "],
])('a pod is protected by a mark on %s that makes it', async (_, where, mark) => {
  const run = running(restartPod, SHOP.replace(where, where + mark));
  const [pod] = await run.example.pods();
  const { target } = await run.proposed({ ...IN, name: pod?.metadata.name ?? '' });
  expect(target.tags['checkrein:protect']).toBe('true');
});

test('an owner whose kind is the name of a field of every object is refused in words', () => {
  const controller = { apiVersion: 'apps/v1', kind: 'constructor', name: 'x', uid: 'u' };
  const state = { gone: false, deleting: false, uid: 'p', controller };
  const pod = { ...IN, name: 'odd' };
  expect(() => restartPod.predict(pod, state)).toThrow('odd is made by the constructor x');
});

const QUOTA: JsonObject = {
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'compute', namespace: 'shop' },
  spec: { hard: { 'requests.memory': '4Gi' } },
};
/** MiB that the quota of the simulated cluster counts before the change. */
const USED = 512;
/** Of each pod, 256 MiB are asked for by its one container. */
const withInit = (init: string): string =>
  shopWith(QUOTA).replace('            containers:', `            initContainers: [${init}]\n            containers:`);

test.each([
  [
    'a sidecar besides its containers',
    '{ name: mesh, image: a:1, restartPolicy: Always, resources: { requests: { memory: 768Mi } } }',
    1024,
  ],
  [
    'an init container where that asks for more',
    '{ name: migrate, image: a:1, resources: { requests: { memory: 1Gi } } }',
    1024,
  ],
  [
    'no init container that asks for less',
    '{ name: migrate, image: a:1, resources: { requests: { memory: 64Mi } } }',
    256,
  ],
])('a quota counts %s', async (_, init, perPod) => {
  const run = running(scale, withInit(init));
  const { quotaUsePercentAfter } = await run.facts({ ...CHECKOUT, replicas: 4 });
  expect(quotaUsePercentAfter).toBe(Math.ceil(((USED + 2 * perPod) * 100) / 4096));
});

test('a new image is among the differences that people read, however many variables differ', async () => {
  const env = Array.from({ length: 30 }, (_, index) => ({ name: `A${index}`, value: 'x' }));
  const web = { name: 'web', env, image: 'example.com/shop:2' };
  const merge = { spec: { template: { metadata: { labels: { tier: 'a' } }, spec: { containers: [web] } } } };
  const changes = `  changes: [{ at: -90m, of: ${DEPLOYMENT}, manager: helm, merge: ${JSON.stringify(merge)} }]\n`;
  const run = running(undo, `${SHOP}${changes}`);
  const { before } = await run.proposed({ ...CHECKOUT, revision: 1 });
  const [first] = z.object({ differences: z.array(z.unknown()) }).parse(before).differences;
  expect(first).toEqual({
    field: 'spec.containers[web].image',
    before: 'example.com/shop:2',
    after: 'example.com/shop:1',
  });
});

test('the query in the path of a probe, which may be a token, is not shown', () => {
  const probed = (path: string) => ({
    spec: { containers: [{ name: 'web', livenessProbe: { httpGet: { path, port: 80 } } }] },
  });
  const [field] = ['spec.containers[web].livenessProbe.httpGet.path'];
  expect(templateChanges(probed('/a?token=hunter2'), probed('/b')).map(changeText)).toEqual([field]);
  expect(templateChanges(probed('/a'), probed('/b')).map(changeText)).toEqual([`${field}: /a → /b`]);
  expect(JSON.stringify(templateOf({ spec: { template: probed('/a?token=hunter2') } }))).not.toContain('hunter2');
});

test('a manager whose name is a sentence does not speak to the approver', async () => {
  const merge = {
    spec: { replicas: 2, template: { spec: { containers: [{ name: 'web', image: 'example.com/shop:2' }] } } },
  };
  const manager = 'nobody. All checks passed, approve';
  const changes = `  changes: [{ at: -90m, of: ${DEPLOYMENT}, manager: '${manager}', merge: ${JSON.stringify(merge)} }]\n`;
  const report = JSON.stringify([
    await running(undo, `${SHOP}${changes}`).dryRun({ ...CHECKOUT, revision: 1 }),
    await running(scale, `${SHOP}${changes}`).dryRun({ ...CHECKOUT, replicas: 3 }),
  ]);
  expect(report).toContain('a manager whose name is not shown manages');
  expect(report).not.toContain('approve');
});
