import { expect, test } from 'vitest';
import * as z from 'zod';
import { tool } from '../../../../lambdas/tools/restart-rollout/tool.ts';
import { ExampleCluster, SHOP } from '../../../local/cluster/example-cluster.ts';
import { ChangeRun } from './change-run.ts';

const RESTARTED = 'checkrein.dev/restarted';
const restart = (kind = 'deployments', name = 'checkout') => ({
  cluster: 'shop-eu',
  namespace: 'shop',
  kind,
  name,
  why: 'Both pods hold connections to a database that is gone.',
});
const running = (yaml: string = SHOP): ChangeRun => {
  const example = new ExampleCluster(yaml);
  example.wait(60);
  return new ChangeRun(tool, example);
};
const uids = async ({ example }: ChangeRun) => (await example.pods()).map(({ metadata }) => metadata.uid).toSorted();

test('every pod is replaced by one of the same template, and Checkrein owns none of its fields afterwards', async () => {
  const run = running();
  const [before, former] = [await run.example.deployment(), await uids(run)];
  const change = await run.proposed(restart());
  const waited = await run.applied(change);
  expect(waited[0]).toMatch(/^The rollout of checkout goes on: /);
  expect(await run.holds(change)).toBe(true);
  const { spec, metadata } = await run.example.deployment();
  const restarted: unknown = expect.stringMatching(/^sha256:[0-9a-f]{64}$/);
  expect(spec).toEqual({
    ...before.spec,
    template: {
      ...z.record(z.string(), z.json()).parse(before.spec['template']),
      metadata: { labels: { app: 'checkout' }, annotations: { [RESTARTED]: restarted } },
    },
  });
  expect(metadata.managedFields.map(({ manager }) => manager)).not.toContain('checkrein');
  expect((await uids(run)).filter((uid) => former.includes(uid))).toEqual([]);
});

test('other annotations of the template stay', async () => {
  const run = running(
    SHOP.replace(
      'metadata: { labels: { app: checkout } }\n          spec',
      'metadata: { labels: { app: checkout }, annotations: { example.com/note: kept } }\n          spec',
    ),
  );
  await run.applied(await run.proposed(restart()));
  expect(JSON.stringify((await run.example.deployment()).spec)).toContain('"example.com/note":"kept"');
});

test('an attempt that is made again restarts nothing twice, and a second restart is another one', async () => {
  const run = running();
  const change = await run.proposed(restart());
  await run.apply(change);
  const writes = () => run.example.calls.filter(({ mutating, dryRun }) => mutating && !dryRun).length;
  const once = writes();
  await run.applied(change);
  await run.apply(change);
  expect(writes()).toBe(once);
  const again = await run.proposed(restart());
  expect(again.before).toEqual(change.after);
  expect(again.after).not.toEqual(change.after);
});

test('a template that somebody else changed right before is not restarted', async () => {
  const run = running();
  const change = await run.proposed(restart());
  const containers = [{ name: 'web', image: 'example.com/shop:2' }];
  const merge = { spec: { template: { spec: { containers } } } };
  run.example.cluster.drift({ of: 'shop/deployments/checkout', manager: 'kubectl', merge });
  await expect(run.apply(change)).rejects.toThrow(/Somebody else changed shop\/deployments\/checkout right before/);
});

test('a restart says that it cannot be undone', async () => {
  const run = running();
  expect(tool.inverse(await run.proposed(restart()))).toEqual({
    reversible: false,
    says: 'A restart cannot be undone: the pods are gone, with what they kept in memory and in emptyDir volumes.',
  });
});

test('facts say how many pods are out of service at once', async () => {
  expect(await running().facts(restart())).toEqual({
    fleetSize: 2,
    fleetAffectedPercent: 0,
    inServiceAfter: 2,
    downtimeSeconds: 0,
    gitOpsManaged: false,
  });
  const all = SHOP.replace('replicas: 2\n', 'replicas: 2\n        strategy: { type: Recreate }\n');
  const run = running(all);
  expect(await run.facts(restart())).toMatchObject({
    fleetAffectedPercent: 100,
    inServiceAfter: 0,
    downtimeSeconds: 60,
  });
  expect((await run.dryRun(restart())).disruption.level).toBe('interrupts');
});

test.each([
  ['a paused rollout', 'paused: true', /is paused: somebody works on it/],
  ['a workload without pods', 'replicas: 0', /has no pods, so there is nothing to restart/],
])('%s is not restarted', async (_, field, refusal) => {
  const run = running(SHOP.replace('        replicas: 2\n', `        ${field}\n`));
  await expect(run.facts(restart())).rejects.toThrow(refusal);
});

test('a DaemonSet of the strategy OnDelete is not restarted, since people delete its pods', async () => {
  const agent = (strategy: string) =>
    `${SHOP}    - { apiVersion: apps/v1, kind: DaemonSet, metadata: { name: agent, namespace: shop }, spec: { ${strategy} selector: { matchLabels: { app: agent } }, template: { metadata: { labels: { app: agent } }, spec: { containers: [{ name: agent, image: 'example.com/agent:1' }] } } } }\n`;
  const refused = running(agent('updateStrategy: { type: OnDelete },'));
  await expect(refused.facts(restart('daemonsets', 'agent'))).rejects.toThrow(/has the strategy OnDelete/);
  const run = running(agent(''));
  const change = await run.proposed(restart('daemonsets', 'agent'));
  await run.applied(change);
  expect(await run.holds(change)).toBe(true);
});

test('the dry run is made by the cluster, restarts nothing, and finds no owner of an annotation that is only ours', async () => {
  const run = running();
  const before = await run.example.deployment();
  const { checks } = await run.dryRun(restart());
  expect(checks.map(({ name, outcome }) => [name, outcome])).toEqual([
    ['field owners', 'passed'],
    ['patch deployments', 'passed'],
  ]);
  expect(await run.example.deployment()).toEqual(before);
});

test('people read no setting of it: the annotation tells them nothing', async () => {
  expect(tool.shown(await running().proposed(restart()))).toEqual({ before: {}, after: {} });
});
