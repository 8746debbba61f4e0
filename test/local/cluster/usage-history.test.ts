import { describe, expect, test } from 'vitest';
import { INSTALLED } from '../../../lambdas/providers/installed.ts';
import { rulesFor } from '../../../local/account-access.ts';
import { SimulatedClock } from '../../../local/account/clock.ts';
import { parseWorld } from '../../fixtures/shipped-app.ts';
import { clusterAccess } from '../../../local/cluster-access.ts';
import { clusterAgent } from '../../fixtures/cluster-tools.ts';
import { asksUsage } from '../../fixtures/usage.ts';
import { shippedRules } from '../../lib/shipped.ts';
import { PROMQL_READ, USAGE_READ, UsageAnswer } from '../../../lambdas/contracts/usage.ts';
import { ExampleCluster, SHOP } from './example-cluster.ts';

const clusterWith = (more: string) => new ExampleCluster(`${SHOP}${more}`);
const USAGE = `  usage:
    - { of: shop/deployments/checkout, memoryMiB: { -14d: 300, -5d: 450, -4d: 300 }, cpuCores: 0.4 }
`;

const historyOf = async (example: ExampleCluster, metric = 'memory', days = 14) => {
  const to = Math.floor(example.clock.now().getTime() / 1000) * 1000;
  const from = to - days * 86_400_000;
  const range = { from: new Date(from).toISOString(), to: new Date(to).toISOString(), stepSeconds: 900 };
  const of = { kind: 'deployments', name: 'checkout', containers: ['web'], metric };
  const { series } = UsageAnswer.parse(await example.send('usage: get usage', { ...of, ...range }));
  return series.flatMap(({ points }) => points.map(([at, value]) => ({ at, value })));
};
const highest = (points: readonly { readonly value: number }[]): number =>
  Math.max(...points.map(({ value }) => value));
const MIB = 1_048_576;

test('a source of usage has two weeks of what the world says, and the same each time', async () => {
  const points = await historyOf(clusterWith(USAGE));
  expect(points).toHaveLength(1344);
  expect(highest(points)).toBe(450 * MIB);
  expect(points.at(-1)?.value).toBe(300 * MIB);
  expect(await historyOf(clusterWith(USAGE))).toEqual(points);
});

test('CPU is that of one pod, and no more than its limit allows', async () => {
  expect(highest(await historyOf(clusterWith(USAGE), 'cpu'))).toBe(200);
  expect(highest(await historyOf(clusterWith(USAGE), 'throttling'))).toBe(0);
});

test('a read of usage is recorded with the incident that it was made for, as any other', async () => {
  const example = clusterWith(USAGE);
  const cloud = example.session({ incidentId: 'incident-1' });
  const to = example.clock.now().toISOString();
  const range = { from: new Date(Date.parse(to) - 3_600_000).toISOString(), to, stepSeconds: 900 };
  const of = { kind: 'deployments', name: 'checkout', containers: ['web'], metric: 'memory' };
  await example.send('usage: get usage', { ...of, ...range }, cloud);
  await example.send('v1: list pods', {}, cloud);
  expect(example.calls.map(({ service, incidentId }) => [service, incidentId])).toEqual([
    ['usage', 'incident-1'],
    ['v1', 'incident-1'],
  ]);
});

test('what leaks reaches the limit, and begins again', async () => {
  const leak = USAGE.replace('cpuCores: 0.4', 'cpuCores: 0.4, leakMiBPerHour: 20');
  const points = await historyOf(clusterWith(leak));
  expect(highest(points)).toBeLessThanOrEqual(512 * MIB);
  expect(highest(points)).toBeGreaterThan(495 * MIB);
});

test('a source that began later has nothing from before', async () => {
  expect(await historyOf(clusterWith(`${USAGE}  usageSince: -2d\n`))).toHaveLength(192);
});

test('a change does not rewrite what was', async () => {
  const example = clusterWith(USAGE);
  await example.patch([
    { op: 'replace', path: '/spec/template/spec/containers/0/resources/limits/memory', value: '400Mi' },
  ]);
  example.wait(3600);
  const points = await historyOf(example);
  expect(highest(points)).toBe(450 * MIB);
});

test('a source that fails is an answer in words', async () => {
  const faults = `  faults:\n    - { command: get usage, error: { status: 503, reason: ServiceUnavailable, message: query timed out } }\n`;
  const refused = await clusterWith(`${USAGE}${faults}`).refusal('usage: get usage', {});
  expect(refused.message).toContain('query timed out');
});

describe('the source of usage of a world', () => {
  const ask = (more: string, namespace = 'shop') => {
    const world = parseWorld(`${SHOP}${more}`, 'world.yaml');
    const clock = new SimulatedClock(new Date(world.now));
    const agents = clusterAgent('looker', { clusters: ['shop-eu'], namespaces: ['shop'] }, []);
    const rules = rulesFor(world, { ...shippedRules(), agents });
    const at = { account: world.account, region: world.region };
    const [reads] = clusterAccess(world, { rules, installed: INSTALLED, clock })('observe').reads;
    if (reads === undefined) expect.fail('the world has no cluster');
    const cloud = reads.cloud([USAGE_READ, PROMQL_READ], { incidentId: 'inc-1', accountRegion: at });
    const { input } = asksUsage({
      cluster: 'shop-eu',
      namespace,
      from: '2026-11-19T00:00:00Z',
      to: '2026-11-20T00:00:00Z',
    });
    return cloud.send({ ...USAGE_READ, input });
  };

  test('answers as the provider does, with its checks', async () => {
    expect(UsageAnswer.parse(await ask(USAGE)).series).toMatchObject([{ container: 'web' }]);
    await expect(ask(USAGE, 'bank')).rejects.toThrow('No agent is granted the namespace bank');
  });

  test('is named by the world: none is refused in the words of a deployment without one', async () => {
    await expect(ask(`${USAGE}  usageSource: none\n`)).rejects.toThrow('Nobody knows the usage of the cluster shop-eu');
  });
});
