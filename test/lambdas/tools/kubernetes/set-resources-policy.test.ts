import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../../lambdas/contracts/json.ts';
import { trippedBreaker } from '../../../../lambdas/kernel/limits/breaker.ts';
import { INSTALLED } from '../../../../lambdas/providers/installed.ts';
import { clusterAccess } from '../../../../local/cluster-access.ts';
import { rulesFor } from '../../../../local/account-access.ts';
import { SimulatedClock } from '../../../../local/account/clock.ts';
import { parseWorld } from '../../../fixtures/shipped-app.ts';
import { call } from '../../../fakes/preset-model.ts';
import { rulesWith, TestHarness } from '../../../fixtures/harness.ts';
import { BUSY_SERVER } from '../../../local/account/example-world.ts';
import { SHOP } from '../../../local/cluster/example-cluster.ts';

// The shipped policies on proposals of set_resources, through Authorize, on a container that asks for what is given here.

const REF = 'k8s://shop-eu/shop/deployments/checkout';
const GIVEN = 'resources: { requests: { cpu: 0.2, memory: 256Mi }, limits: { memory: 512Mi } }';
const RULES = rulesWith({
  tools: { observe: ['describe_instances'], change: ['set_resources'] },
  firstLook: [{ tool: 'describe_instances', input: { instanceIds: ['$alarm.metrics[0].dimensions.InstanceId'] } }],
  kubernetes: { clusters: ['shop-eu'], namespaces: ['shop'] },
});

const worldWith = (resources: string, more: string): string =>
  `${BUSY_SERVER}${SHOP.slice(SHOP.indexOf('cluster:')).replace(GIVEN, `resources: ${resources}`)}${more}`;

/** Proposes amounts for a container with these resources. Returns what policy says. */
const proposed = async (resources: string, amounts: { requests?: JsonObject; limits?: JsonObject }, more = '') => {
  const yaml = worldWith(resources, more);
  const world = parseWorld(yaml, 'world.yaml');
  const clock = new SimulatedClock(new Date(world.now));
  const harness = await new TestHarness({
    world: yaml,
    rules: RULES,
    access: clusterAccess(world, { rules: rulesFor(world, RULES), installed: INSTALLED, clock }),
  }).begin();
  const place = { cluster: 'shop-eu', namespace: 'shop', kind: 'deployments', name: 'checkout', container: 'web' };
  const why = 'Three kills for memory at 97 % of the limit (E1).';
  await harness.decide([call('set_resources', { ...place, requests: {}, limits: {}, ...amounts, why })]);
  const next = await harness.authorize();
  const { data } = await harness.last('proposal.judged');
  const tripped = await trippedBreaker(harness.ledger, 'ec2-responder', REF);
  return { next, checks: data.checks, by: data.statements.map(({ id }) => id), tripped: tripped !== undefined };
};

const UNMEASURED = '  usageSource: none\n';
const MEASURED = '  usage: [{ of: shop/deployments/checkout, memoryMiB: 600, cpuCores: 1.2 }]\n';

const QUOTA = (hard: string): string =>
  `    - { apiVersion: v1, kind: ResourceQuota, metadata: { name: team, namespace: shop }, spec: { hard: { ${hard} } }, status: { hard: { ${hard} }, used: { limits.memory: 1Gi } } }\n`;

test('memory may be raised from 512 Mi to 768 Mi', async () => {
  const judged = await proposed('{ requests: { memory: 512Mi }, limits: { memory: 512Mi } }', {
    requests: { memory: '768Mi' },
    limits: { memory: '768Mi' },
  });
  expect(judged.checks.filter(({ outcome }) => outcome === 'refused')).toEqual([]);
  expect(judged).toMatchObject({ next: 'dry-run', tripped: false });
});

test('memory below the floor may be raised, also if it stays below it', async () => {
  const judged = await proposed('{ limits: { memory: 128Mi } }', { limits: { memory: '200Mi' } });
  expect(judged).toMatchObject({ next: 'dry-run', tripped: false });
});

test('memory may not be cut from 512 Mi to 200 Mi, nor below the floor at all', async () => {
  const large = await proposed('{ requests: { memory: 200Mi }, limits: { memory: 512Mi } }', {
    limits: { memory: '200Mi' },
  });
  expect(large.next).toBe('decide');
  expect(large.by).toEqual(expect.arrayContaining(['memory-floor', 'cut-bound']));
  const small = await proposed('{ limits: { memory: 260Mi } }', { limits: { memory: '200Mi' } });
  expect(small.by).toContain('memory-floor');
  expect(small).toMatchObject({ next: 'decide', tripped: false });
});

test('a cut of more than 30 % trips the breaker of the workload', async () => {
  const judged = await proposed('{ requests: { cpu: 1, memory: 1Gi }, limits: { memory: 1Gi } }', {
    requests: { cpu: '690m' },
  });
  expect(judged.by).toContain('cut-bound');
  expect(judged).toMatchObject({ next: 'decide', tripped: true });
});

test('a cut within the bound is refused as long as nobody has measured the peak', async () => {
  const judged = await proposed(
    '{ requests: { cpu: 1 }, limits: { memory: 1Gi } }',
    { requests: { cpu: '900m' } },
    UNMEASURED,
  );
  expect(judged).toMatchObject({ next: 'decide', by: ['peak-headroom'], tripped: false });
});

test('a cut is judged by the peak of two weeks: with headroom it may be proposed, without it may not', async () => {
  const given = '{ requests: { cpu: 1, memory: 1Gi }, limits: { memory: 1Gi } }';
  const roomy = await proposed(given, { requests: { cpu: '900m' } }, MEASURED);
  expect(roomy).toMatchObject({ next: 'dry-run', tripped: false });
  const tight = await proposed(given, { requests: { cpu: '800m' } }, MEASURED);
  expect(tight).toMatchObject({ next: 'decide', by: ['peak-headroom'], tripped: false });
});

test('a first memory limit is a cut of unknown size: refused, but no reason to trip a breaker', async () => {
  const judged = await proposed('{ requests: { cpu: 1, memory: 512Mi } }', { limits: { memory: '1Gi' } }, UNMEASURED);
  expect(judged).toMatchObject({ next: 'decide', by: ['peak-headroom'], tripped: false });
});

test('CPU of 100m may be asked for, and with memory untouched nothing of the floors holds it back', async () => {
  const judged = await proposed('{ requests: { cpu: 50m }, limits: { memory: 128Mi } }', { requests: { cpu: '100m' } });
  expect(judged).toMatchObject({ next: 'dry-run', tripped: false });
});

test('more than the quota has room for is refused', async () => {
  const raise = { limits: { memory: '768Mi' } };
  const fits = await proposed('{ limits: { memory: 512Mi } }', raise, QUOTA('limits.memory: 4Gi'));
  expect(fits.next).toBe('dry-run');
  const full = await proposed('{ limits: { memory: 512Mi } }', raise, QUOTA('limits.memory: 2Gi'));
  expect(full).toMatchObject({ next: 'decide', by: ['over-quota'], tripped: false });
});

describe('a request that is cut is judged itself, whatever the limit above it', () => {
  test('by the floor of memory', async () => {
    const judged = await proposed(
      '{ requests: { memory: 300Mi }, limits: { memory: 1Gi } }',
      { requests: { memory: '240Mi' } },
      '  usage: [{ of: shop/deployments/checkout, memoryMiB: 60 }]\n',
    );
    expect(judged).toMatchObject({ by: ['memory-floor'], tripped: false });
  });

  test('by the measured peak', async () => {
    const judged = await proposed(
      '{ requests: { memory: 1Gi }, limits: { memory: 2Gi } }',
      { requests: { memory: '800Mi' } },
      '  usage: [{ of: shop/deployments/checkout, memoryMiB: 700 }]\n',
    );
    expect(judged).toMatchObject({ by: ['peak-headroom'], tripped: false });
  });
});
