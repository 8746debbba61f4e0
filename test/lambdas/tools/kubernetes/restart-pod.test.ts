import { expect, test } from 'vitest';
import type { JsonObject } from '../../../../lambdas/contracts/json.ts';
import { tool } from '../../../../lambdas/tools/restart-pod/tool.ts';
import { ExampleCluster, SHOP } from '../../../local/cluster/example-cluster.ts';
import { ChangeRun } from './change-run.ts';

const restart = (name: string) => ({
  cluster: 'shop-eu',
  namespace: 'shop',
  name,
  why: 'Its threads hang on a lock, and the others serve.',
});

/** A run on a cluster with this world, one minute later. */
const running = (yaml: string = SHOP, seconds = 60): ChangeRun => {
  const example = new ExampleCluster(yaml);
  example.wait(seconds);
  return new ChangeRun(tool, example);
};

const firstPod = async ({ example }: ChangeRun, start = 'checkout'): Promise<string> => {
  const pods = await example.pods();
  return pods.find(({ metadata }) => metadata.name.startsWith(start))?.metadata.name ?? expect.fail('no pod');
};

/** The shop with these objects besides. */
const shopWith = (...objects: readonly JsonObject[]): string =>
  `${SHOP}${objects.map((one) => `    - ${JSON.stringify(one)}\n`).join('')}`;

const pod = (name: string, more: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', labels: { app: name }, ...more },
  spec: { containers: [{ name: 'web', image: 'example.com/shop:1' }] },
});

const workload = (kind: string, name: string): JsonObject => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name, namespace: 'shop' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'web', image: 'example.com/shop:1' }] },
    },
  },
});

const budget = (name: string, spec: JsonObject): JsonObject => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name, namespace: 'shop' },
  spec: { selector: { matchLabels: { app: 'checkout' } }, ...spec },
});

/** Both pods of the shop crash three seconds after each start. */
const CRASHING = `${SHOP}  images: { 'example.com/shop:1': { exits: { code: 1 } } }\n`;

const evictions = ({ example }: ChangeRun) => example.calls.filter(({ mutating, dryRun }) => mutating && !dryRun);

test('the target is the pod, and what is kept of it does not move while its containers crash', async () => {
  const run = running(CRASHING);
  const name = await firstPod(run);
  const { target, before, after } = await run.proposed(restart(name));
  expect(target).toMatchObject({
    kind: 'kubernetes-pod',
    id: `shop/pods/${name}`,
    ref: `k8s://shop-eu/shop/pods/${name}`,
    environment: 'production',
  });
  const uid = 'uid' in target ? target.uid : undefined;
  expect(before).toMatchObject({ gone: false, deleting: false, uid, controller: { kind: 'ReplicaSet' } });
  expect(after).toEqual({ ...Object(before), gone: true });
  const configuration = await tool.configuration(restart(name), run.context);
  expect(configuration['owner']).toMatch(/^ReplicaSet checkout-/);
  expect(configuration['node']).toBe('node-1');
  run.example.wait(600);
  expect(await run.state(restart(name))).toEqual(before);
  expect(await tool.configuration(restart(name), run.context)).toEqual(configuration);
});

test('the old pod is waited for, then the new one; the eviction is sent once', async () => {
  const run = running();
  const name = await firstPod(run);
  const change = await run.proposed(restart(name));
  const waited = await run.applied(change);
  expect(waited[0]).toBe(`${name} is stopping, for which it has 30 s.`);
  expect(await run.holds(change)).toBe(true);
  expect(evictions(run)).toHaveLength(1);
  const pods = await run.example.pods();
  expect(pods).toHaveLength(2);
  expect(pods.every(({ status }) => status.containerStatuses.every(({ ready }) => ready))).toBe(true);
  expect(await tool.guards(change, run.context, run.example.clock.now())).toMatchObject([
    { name: 'new pod', outcome: 'good' },
  ]);
});

test('an attempt that is made again evicts neither the pod twice nor the one after it', async () => {
  const run = running(shopWith(workload('StatefulSet', 'ledger')));
  const change = await run.proposed(restart('ledger-0'));
  await run.apply(change);
  await run.apply(change);
  await run.applied(change);
  await run.applied(change);
  expect(evictions(run)).toHaveLength(1);
});

test('a pod of a StatefulSet that comes back under its name is another one: the old one is gone', async () => {
  const run = running(shopWith(workload('StatefulSet', 'ledger')));
  const change = await run.proposed(restart('ledger-0'));
  expect(await run.holds(change)).toBe(false);
  await run.applied(change);
  expect(await run.state(restart('ledger-0'))).toMatchObject({ gone: false });
  expect(await run.holds(change)).toBe(true);
});

test('a pod of a DaemonSet is restarted', async () => {
  const run = running(shopWith(workload('DaemonSet', 'agent')));
  const change = await run.proposed(restart(await firstPod(run, 'agent')));
  await run.applied(change);
  expect(await run.holds(change)).toBe(true);
});

test('a new pod that fails as the old one did is said, and not waited for', async () => {
  const run = running(CRASHING.replace('minAvailable: 1', 'minAvailable: 1, unhealthyPodEvictionPolicy: AlwaysAllow'));
  const name = await firstPod(run);
  const change = await run.proposed(restart(name));
  await expect(run.applied(change)).rejects.toThrow(
    /The new pod checkout-\S+ fails too \(web waits in CrashLoopBackOff, last ended with Error and exit code 1\)/,
  );
  expect(tool.isHalfWay(change, await run.state(restart(name)))).toBe(true);
  expect(await tool.guards(change, run.context, run.example.clock.now())).toMatchObject([{ outcome: 'bad' }]);
});

test('facts are those of the workload, and a pod that is not ready takes nothing out of service', async () => {
  const run = running();
  expect(await run.facts(restart(await firstPod(run)))).toEqual({
    fleetSize: 2,
    fleetAffectedPercent: 50,
    inServiceAfter: 1,
    downtimeSeconds: 0,
  });
  const crashing = running(CRASHING);
  expect(await crashing.facts(restart(await firstPod(crashing)))).toEqual({
    fleetSize: 2,
    fleetAffectedPercent: 0,
    inServiceAfter: 0,
    downtimeSeconds: 0,
  });
});

test('of the only pod of a StatefulSet the service is down until it has stopped and started', async () => {
  const run = running(shopWith(workload('StatefulSet', 'ledger')));
  expect(await run.facts(restart('ledger-0'))).toEqual({
    fleetSize: 1,
    fleetAffectedPercent: 100,
    inServiceAfter: 0,
    downtimeSeconds: 90,
  });
});

test('the dry run is made by the cluster, and touches nothing', async () => {
  const run = running();
  const name = await firstPod(run);
  const before = await run.example.pods();
  const { checks, disruption } = await run.dryRun(restart(name));
  expect(checks).toMatchObject([{ name: 'evict pod', outcome: 'passed' }]);
  expect(disruption.level).toBe('brief');
  expect(disruption.says).toMatch(/1 of 2 pods stay in service/);
  expect(await run.example.pods()).toEqual(before);
  expect(run.example.calls.every(({ mutating, dryRun }) => !mutating || dryRun)).toBe(true);
});

test('a budget without room refuses the dry run in the words of the cluster, and the change that comes too late', async () => {
  const run = running(SHOP.replace('minAvailable: 1', 'minAvailable: 2'));
  const name = await firstPod(run);
  const { checks } = await run.dryRun(restart(name));
  expect(checks[0]?.outcome).toBe('refused');
  expect(checks[0]?.detail).toMatch(
    /^TooManyRequests: Cannot evict pod as it would violate the pod's disruption budget\. The disruption budget checkout needs 2 healthy pods and has 2 currently\. checkout needs every one of 2 pods, so it never allows an eviction\./,
  );
  const change = await run.proposed(restart(name));
  await expect(run.apply(change)).rejects.toThrow(/checkout needs every one of 2 pods/);
  expect(tool.isHalfWay(change, await run.state(restart(name)))).toBe(false);
  expect(await run.example.pods()).toHaveLength(2);
});

test('a budget that protects unhealthy pods too is named, with what would let a crashing pod go', async () => {
  const run = running(CRASHING);
  const { checks } = await run.dryRun(restart(await firstPod(run)));
  expect(checks[0]?.detail).toMatch(
    /The pod is not ready, but checkout has the unhealthyPodEvictionPolicy IfHealthyBudget.*With AlwaysAllow it could be evicted/,
  );
});

test('a pod under two budgets is refused before the cluster fails over it', async () => {
  const run = running(shopWith(budget('team', { maxUnavailable: 1 })));
  await expect(run.facts(restart(await firstPod(run)))).rejects.toThrow(
    /2 PodDisruptionBudgets are over checkout-\S+ \(checkout, team\)/,
  );
});

test.each([
  ['a bare pod', undefined, /has no controller, so nobody would make it again/],
  ['a pod of a Job', { apiVersion: 'batch/v1', kind: 'Job', name: 'nightly' }, /runs the Job nightly/],
  ['a static pod', { apiVersion: 'v1', kind: 'Node', name: 'n1' }, /is a static pod/],
  [
    'a pod of a controller of somebody else',
    { apiVersion: 'apps.kruise.io/v1beta1', kind: 'StatefulSet', name: 'queue' },
    /made by the StatefulSet queue \(apps\.kruise\.io/,
  ],
] as const)('%s is not restarted', async (_, owner, says) => {
  const references = owner === undefined ? [] : [{ ...owner, uid: 'u-1', controller: true }];
  const state = {
    gone: false,
    deleting: false,
    uid: 'u-2',
    controller: references[0] ? { ...owner, uid: 'u-1' } : null,
  };
  expect(() => tool.predict(restart('lonely'), state)).toThrow(says);
});

test('an owner that is no controller makes nothing again', async () => {
  const owners = {
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'checkout', controller: false }],
  };
  const run = running(shopWith(pod('lonely', owners)));
  await expect(run.proposed(restart('lonely'))).rejects.toThrow(/has no controller/);
});

test('a pod that is not there is described as gone, and a proposal of it is refused', async () => {
  const run = running();
  expect(await run.state(restart('checkout-gone'))).toEqual({
    gone: true,
    deleting: false,
    uid: null,
    controller: null,
  });
  await expect(run.proposed(restart('checkout-gone'))).rejects.toThrow(/There is no pod checkout-gone in shop/);
});

test('a pod that is terminating is not restarted', async () => {
  const run = running();
  const name = await firstPod(run);
  await run.apply(await run.proposed(restart(name)));
  await expect(run.proposed(restart(name))).rejects.toThrow(/is terminating already/);
});

test('volumes that end with the pod are named as losses', async () => {
  const volumes = 'volumes: [{ name: cache, emptyDir: {} }, { name: data, persistentVolumeClaim: { claimName: d } }]';
  const run = running(SHOP.replace('            containers:', `            ${volumes}\n            containers:`));
  const change = await run.proposed(restart(await firstPod(run)));
  expect(await tool.losses(change, run.context)).toEqual([
    expect.stringMatching(
      /^What is in these volumes of checkout-\S+ is lost: cache \(emptyDir\)\. Persistent claims stay\.$/,
    ),
  ]);
  expect(tool.inverse(change)).toMatchObject({ reversible: false });
});
