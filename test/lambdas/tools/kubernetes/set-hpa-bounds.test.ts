import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../../lambdas/contracts/json.ts';
import { tool } from '../../../../lambdas/tools/set-hpa-bounds/tool.ts';
import { ExampleCluster, SHOP } from '../../../local/cluster/example-cluster.ts';
import { ChangeRun } from './change-run.ts';

const METADATA = '{ name: checkout, namespace: shop }';
const autoscaler = (metadata = METADATA, kind = 'Deployment'): string =>
  `    - { apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: ${metadata}, spec: { minReplicas: 2, maxReplicas: 6, scaleTargetRef: { apiVersion: apps/v1, kind: ${kind}, name: checkout } } }\n`;
const SCALED = `${SHOP}${autoscaler()}`;

const to = (bounds: JsonObject) => ({
  cluster: 'shop-eu',
  namespace: 'shop',
  name: 'checkout',
  ...bounds,
  why: 'The autoscaler stands at its maximum while the queue grows (E1).',
});
const running = (yaml: string = SCALED): ChangeRun => {
  const example = new ExampleCluster(yaml);
  example.wait(60);
  return new ChangeRun(tool, example);
};
const specOf = async ({ example }: ChangeRun) => (await example.get('horizontalpodautoscalers', 'checkout')).spec;
const writesOf = ({ example }: ChangeRun) => example.calls.filter((call) => call.mutating && !call.dryRun).length;

describe('bounds of an autoscaler', () => {
  test('are a target of their own, in the environment of its namespace', async () => {
    const { target, before, after } = await running().proposed(to({ maxReplicas: 9 }));
    expect(target).toMatchObject({
      kind: 'kubernetes-autoscaler',
      ref: 'k8s://shop-eu/shop/horizontalpodautoscalers/checkout',
      environment: 'production',
    });
    expect(before).toEqual({ minReplicas: 2, maxReplicas: 6, checkreinManages: false });
    expect(after).toEqual({ minReplicas: 2, maxReplicas: 9, checkreinManages: false });
  });

  test('are written once, Checkrein owns none of them, and the undo leaves the very object', async () => {
    const run = running();
    const former = await specOf(run);
    const change = await run.proposed(to({ maxReplicas: 9 }));
    expect(await run.applied(change)).toEqual([]);
    const writes = writesOf(run);
    await run.applied(change);
    expect(writesOf(run)).toBe(writes);
    expect(await run.holds(change)).toBe(true);
    const { metadata, spec } = await run.example.get('horizontalpodautoscalers', 'checkout');
    expect(spec).toMatchObject({ minReplicas: 2, maxReplicas: 9 });
    expect(metadata.managedFields.map(({ manager }) => manager)).not.toContain('checkrein');
    await run.applied(run.undoing(change));
    expect(await specOf(run)).toEqual(former);
  });

  test('are waited for until the autoscaler follows them', async () => {
    const run = running();
    const change = await run.proposed(to({ minReplicas: 4 }));
    expect(await run.applied(change)).toEqual([
      'checkout should have 2 pods; checkout has not brought it to 4 to 6 pods yet.',
    ]);
    expect((await run.example.deployment()).spec['replicas']).toBe(4);
  });

  test('that somebody else wrote right before are not written over', async () => {
    const run = running();
    const change = await run.proposed(to({ maxReplicas: 9 }));
    const of = 'shop/horizontalpodautoscalers/checkout';
    run.example.cluster.drift({ of, manager: 'kubectl', merge: { spec: { maxReplicas: 12 } } });
    await expect(run.apply(change)).rejects.toThrow(/Somebody else changed shop\/horizontalpodautoscalers\/checkout/);
    expect(await specOf(run)).toMatchObject({ maxReplicas: 12 });
  });

  test('that are written and not released yet are half way', async () => {
    const run = running();
    const change = await run.proposed(to({ maxReplicas: 9 }));
    const written = { minReplicas: 2, maxReplicas: 9, checkreinManages: true };
    expect(tool.isHalfWay(change, written)).toBe(true);
    expect(tool.isHalfWay(change, { ...written, checkreinManages: false })).toBe(false);
    expect(tool.postCondition(change, written).detail).toMatch(/has not released its fields/);
  });
});

describe('facts', () => {
  const HELD = { fleetSize: 2, fleetAffectedPercent: 0, inServiceAfter: 2, downtimeSeconds: 0 };

  test.each([
    ['a larger maximum', { maxReplicas: 9 }, { cutPercent: 0, growPercent: 50, peakUsePercentAfter: 0, ...HELD }],
    ['a smaller maximum', { maxReplicas: 3 }, { cutPercent: 50, growPercent: 0, peakUsePercentAfter: 100, ...HELD }],
    ['a minimum above now', { minReplicas: 5 }, { cutPercent: 0, growPercent: 150, ...HELD }],
    [
      'a minimum below, which the pods follow',
      { minReplicas: 1 },
      { cutPercent: 50, growPercent: 0, peakUsePercentAfter: 100, fleetAffectedPercent: 50, inServiceAfter: 1 },
    ],
    [
      'a maximum below now',
      { minReplicas: 1, maxReplicas: 1 },
      { cutPercent: 84, fleetSize: 2, fleetAffectedPercent: 50, inServiceAfter: 1 },
    ],
  ])('of %s are numbers', async (_name, bounds, facts) => {
    expect(await running().facts(to(bounds))).toMatchObject(facts);
  });

  test('a minimum that no pod stands at takes nothing away', async () => {
    const run = running();
    run.example.cluster.drift({ of: 'shop/deployments/checkout', manager: 'hpa', merge: { spec: { replicas: 4 } } });
    run.example.wait(60);
    expect(await run.facts(to({ minReplicas: 1 }))).toMatchObject({ cutPercent: 0, inServiceAfter: 4 });
  });

  test('a quota counts as if the new maximum were used up', async () => {
    const quota =
      '    - { apiVersion: v1, kind: ResourceQuota, metadata: { name: all, namespace: shop }, spec: { hard: { pods: 10 } } }\n';
    const run = running(`${SCALED}${quota}`);
    expect(await run.facts(to({ maxReplicas: 8 }))).toMatchObject({ quotaUsePercentAfter: 80 });
    expect(await run.facts(to({ minReplicas: 3 }))).toMatchObject({ quotaUsePercentAfter: 30 });
    expect(await run.facts(to({ maxReplicas: 4 }))).toMatchObject({ quotaUsePercentAfter: 0 });
  });
});

describe('the dry run', () => {
  test('is made by the cluster, changes nothing, and says what the pods do', async () => {
    const run = running();
    const { checks, disruption } = await run.dryRun(to({ minReplicas: 4 }));
    expect(checks.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['field owners', 'warning'],
      ['patch horizontalpodautoscalers', 'passed'],
    ]);
    expect(disruption).toEqual({ level: 'none', says: 'checkout has 2 pods now: 2 pods more start at once.' });
    expect(await specOf(run)).toMatchObject({ minReplicas: 2 });
    expect(run.example.calls.every(({ mutating, dryRun }) => !mutating || dryRun)).toBe(true);
  });

  test.each([
    [{ maxReplicas: 9 }, /within the new bounds: none starts or stops/],
    [{ minReplicas: 1 }, /its old minimum: the autoscaler may stop 1 pod as soon as/],
    [{ minReplicas: 1, maxReplicas: 1 }, /1 pod fewer at once, each with its grace period/],
  ])('says how %j is felt', async (bounds, says) => {
    expect((await running().dryRun(to(bounds))).disruption.says).toMatch(says);
  });
});

test('an autoscaler at its maximum may start more pods by a higher one, and the approver reads how many', async () => {
  const full = running(SCALED.replace('maxReplicas: 6', 'maxReplicas: 2'));
  expect((await full.dryRun(to({ maxReplicas: 5 }))).disruption.says).toBe(
    'checkout has 2 pods now, its old maximum: the autoscaler may start up to 3 more as soon as its metrics ask for them. Whether nodes have room for them, nobody has asked.',
  );
});

test('the heading says which of the bounds moves', async () => {
  const change = await running().proposed(to({ maxReplicas: 9 }));
  expect(tool.shown(change)).toEqual({
    before: { spec: { minReplicas: 2, maxReplicas: 6 } },
    after: { spec: { minReplicas: 2, maxReplicas: 9 } },
  });
});

describe('it is refused, with what to do instead,', () => {
  const refusal = async (bounds: JsonObject, yaml: string = SCALED): Promise<string> =>
    running(yaml)
      .facts(to(bounds))
      .then(
        () => 'it was not refused',
        (error: unknown) => (error instanceof Error ? error.message : 'no error'),
      );

  test('where the minimum would be above the maximum', async () => {
    expect(await refusal({ minReplicas: 7 })).toMatch(/would be 7, above its maximum of 6\. Name both bounds/);
  });

  test('where nothing would change', async () => {
    expect(await refusal({ maxReplicas: 6 })).toMatch(/already has these bounds: 2 to 6 pods/);
    expect(await refusal({})).toMatch(/already has these bounds/);
  });

  test('with a minimum of 0', async () => {
    expect(await refusal({ minReplicas: 0 })).toMatch(/would let checkout stop every pod\. Propose at least 1/);
  });

  test('where KEDA makes the autoscaler', async () => {
    const scaledObject =
      '    - { apiVersion: keda.sh/v1alpha1, kind: ScaledObject, metadata: { name: checkout, namespace: shop }, spec: { scaleTargetRef: { name: checkout } } }\n';
    const owned = `{ name: checkout, namespace: shop, ownerReferences: [{ apiVersion: keda.sh/v1alpha1, kind: ScaledObject, name: checkout, uid: 11111111-1111-4111-8111-111111111111 }] }`;
    expect(await refusal({ maxReplicas: 9 }, `${SHOP}${scaledObject}${autoscaler(owned)}`)).toMatch(
      /KEDA makes checkout from the ScaledObject checkout, .* minReplicaCount and maxReplicaCount/,
    );
  });

  test('where the workload is scaled to none', async () => {
    const stopped = SCALED.replace('replicas: 2', 'replicas: 0');
    expect(await refusal({ maxReplicas: 9 }, stopped)).toMatch(/scaled to 0 pods, and so its autoscaler/);
  });
});
