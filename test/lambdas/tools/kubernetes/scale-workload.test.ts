import { expect, test } from 'vitest';
import { tool } from '../../../../lambdas/tools/scale-workload/tool.ts';
import { ExampleCluster, SHOP } from '../../../local/cluster/example-cluster.ts';
import { ChangeRun } from './change-run.ts';

const to = (replicas: number) => ({
  cluster: 'shop-eu',
  namespace: 'shop',
  kind: 'deployments',
  name: 'checkout',
  replicas,
  why: 'The queue grows faster than two pods can empty it.',
});
const running = (yaml: string = SHOP): ChangeRun => {
  const example = new ExampleCluster(yaml);
  example.wait(60);
  return new ChangeRun(tool, example);
};

test('a target is one object of its namespace, in the environment of that namespace', async () => {
  const { target, before, after } = await running().proposed(to(3));
  expect(target).toMatchObject({
    kind: 'kubernetes-workload',
    id: 'shop/deployments/checkout',
    ref: 'k8s://shop-eu/shop/deployments/checkout',
    environment: 'production',
    tags: { environment: 'production', app: 'checkout' },
  });
  expect(before).toEqual({ replicas: 2, rolledOut: true, stalledSince: null, checkreinManages: false });
  expect(after).toEqual({ replicas: 3, rolledOut: true, stalledSince: null, checkreinManages: false });
});

test('a workload gets more pods, and Checkrein owns none of its fields afterwards', async () => {
  const run = running();
  const change = await run.proposed(to(4));
  const waited = await run.applied(change);
  expect(waited[0]).toMatch(/^The rollout of checkout goes on: /);
  expect(await run.holds(change)).toBe(true);
  const { metadata, spec } = await run.example.deployment();
  expect(spec['replicas']).toBe(4);
  expect(metadata.managedFields.map(({ manager }) => manager)).not.toContain('checkrein');
});

test('an attempt that is made again writes nothing twice', async () => {
  const run = running();
  const change = await run.proposed(to(3));
  await run.apply(change);
  const writes = () => run.example.calls.filter(({ mutating, dryRun }) => mutating && !dryRun).length;
  const once = writes();
  await run.applied(change);
  expect(writes()).toBe(once);
});

test('the inverse writes the old number back', async () => {
  const run = running();
  const change = await run.proposed(to(4));
  await run.applied(change);
  await run.applied(run.undoing(change));
  expect((await run.example.deployment()).spec['replicas']).toBe(2);
});

test('a write of somebody else right before ours is not written over', async () => {
  const run = running();
  const change = await run.proposed(to(4));
  run.example.cluster.drift({ of: 'shop/deployments/checkout', manager: 'kubectl', merge: { spec: { replicas: 7 } } });
  await expect(run.apply(change)).rejects.toThrow(/Somebody else changed shop\/deployments\/checkout right before/);
  expect((await run.example.deployment()).spec['replicas']).toBe(7);
});

test('former values that somebody writes again while the rollout is waited for are not written over', async () => {
  const run = running();
  const change = await run.proposed(to(4));
  expect(await run.apply(change)).toBeDefined();
  run.example.cluster.drift({ of: 'shop/deployments/checkout', manager: 'argocd', merge: { spec: { replicas: 2 } } });
  await expect(run.apply(change, true)).rejects.toThrow('It is not written a second time.');
  expect((await run.example.deployment()).spec['replicas']).toBe(2);
});

const USAGE = (fields: string) => `${SHOP}  usage: [{ of: shop/deployments/checkout, ${fields} }]\n`;

test('facts say what is taken away; use that nobody has measured counts as full', async () => {
  const run = running(`${SHOP}  usageSince: -1d\n`);
  expect(await run.facts(to(1))).toEqual({
    cutPercent: 50,
    growPercent: 0,
    peakUsePercentAfter: 100,
    fleetSize: 2,
    fleetAffectedPercent: 50,
    inServiceAfter: 1,
    downtimeSeconds: 0,
    unitsRemoved: 1,
    quotaUsePercentAfter: 0,
    gitOpsManaged: false,
  });
  expect(await run.facts(to(4))).toMatchObject({ cutPercent: 0, growPercent: 100, peakUsePercentAfter: 0 });
});

test('the pods that stay do the work of all, which the measured peak is compared with', async () => {
  // Of 512 MiB each of two pods used 200, and of 200 thousandths of a core 60.
  const run = running(USAGE('memoryMiB: 200, cpuCores: 0.12'));
  expect(await run.facts(to(1))).toMatchObject({ cutPercent: 50, peakUsePercentAfter: 79 });
  const [peak] = (await run.dryRun(to(1))).checks.filter(({ name }) => name === 'measured peak');
  expect(peak?.outcome).toBe('passed');
  expect(peak?.detail).toMatch(
    /^memory of web: 200 MiB at .*, 79 % of its limit of 512 MiB after the change, if 1 pods did the work of 2; p95 200 MiB\. The highest memory in the simulated cluster, which covers 100 % of the last 14 days\. CPU of web: 0\.06 cores at .*, 60 % of its request of 0\.2 cores/,
  );
  expect(await run.facts(to(0))).toMatchObject({ peakUsePercentAfter: 100 });
  expect((await run.dryRun(to(4))).checks.map(({ name }) => name)).not.toContain('measured peak');
});

test('a workload under an autoscaler is not scaled', async () => {
  const run = running(
    `${SHOP}    - { apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: { name: checkout, namespace: shop }, spec: { maxReplicas: 6, scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: checkout } } }\n`,
  );
  await expect(run.facts(to(4))).rejects.toThrow(
    /number of pods of checkout is set by the HorizontalPodAutoscaler checkout/,
  );
});

test('the dry run is made by the cluster, and changes nothing', async () => {
  const run = running();
  const { checks } = await run.dryRun(to(4));
  expect(checks.map(({ name, outcome }) => [name, outcome])).toEqual([
    ['field owners', expect.any(String)],
    ['patch deployments', 'passed'],
  ]);
  expect((await run.example.deployment()).spec['replicas']).toBe(2);
  expect(run.example.calls.every(({ mutating, dryRun }) => !mutating || dryRun)).toBe(true);
});
