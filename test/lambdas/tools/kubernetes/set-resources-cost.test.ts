import { expect, test } from 'vitest';
import { tool } from '../../../../lambdas/tools/set-resources/tool.ts';
import type { JsonObject } from '../../../../lambdas/contracts/json.ts';
import { costHeadline } from '../../../../lambdas/kernel/trace/plan-text.ts';
import { ExampleCluster, SHOP } from '../../../local/cluster/example-cluster.ts';
import { ChangeRun } from './change-run.ts';

// Two pods of 0.2 cores and 256 MiB. A node of one core and 2.54 GiB at $10: $7.46 a core and $1 a GiB.
const PRICE = '  nodePrice: { dollarsPerMonth: 10, cores: 1, memoryGiB: 2.54 }\n';
const USAGE = '  usage: [{ of: shop/deployments/checkout, memoryMiB: 100, cpuCores: 0.1 }]\n';

const costOf = async (amounts: { requests?: JsonObject; limits?: JsonObject }, more: string) => {
  const example = new ExampleCluster(SHOP + more);
  example.wait(60);
  const place = { cluster: 'shop-eu', namespace: 'shop', kind: 'deployments', name: 'checkout', container: 'web' };
  const why = 'The peak of two weeks (E1).';
  return (await new ChangeRun(tool, example).dryRun({ ...place, requests: {}, limits: {}, ...amounts, why })).cost;
};

test('fewer requests are worth dollars of requests, and the bill itself stays unknown', async () => {
  const cost = await costOf({ requests: { cpu: '150m' } }, PRICE + USAGE);
  expect(cost).toMatchObject({ deltaCentsPerMonth: null, requestsDeltaCentsPerMonth: -75 });
  expect(cost.says).toMatch(
    /^\$0\.75 of requests a month less, saved only once nodes shrink: 2 pods with 0\.05 cores less each;/,
  );
  expect(costHeadline(cost)).toBe('$0.75 of requests a month less');
});

test('what is used above the requests counts as it is used, so a saving is rather too small', async () => {
  // 0.2 cores → 0.1, but each pod was seen to use 0.15.
  const busy = '  usage: [{ of: shop/deployments/checkout, memoryMiB: 100, cpuCores: 0.3 }]\n';
  expect(await costOf({ requests: { cpu: '100m' } }, PRICE + busy)).toMatchObject({ requestsDeltaCentsPerMonth: -75 });
});

test('more requests are paid for once nodes are added', async () => {
  const cost = await costOf({ requests: { memory: '512Mi' } }, PRICE + USAGE);
  expect(cost).toMatchObject({ deltaCentsPerMonth: null, requestsDeltaCentsPerMonth: 50 });
  expect(cost.says).toMatch(/^\$0\.50 of requests a month more, paid only once nodes are added for it/);
});

test('a limit alone reserves and frees nothing', async () => {
  const cost = await costOf({ limits: { memory: '1Gi' } }, PRICE);
  expect(cost).toMatchObject({ requestsDeltaCentsPerMonth: 0 });
  expect(costHeadline(cost)).toBe('No difference');
});

test('without a price of a node there are no dollars, and the reason is said', async () => {
  const cost = await costOf({ requests: { cpu: '150m' } }, USAGE);
  expect(cost).not.toHaveProperty('requestsDeltaCentsPerMonth');
  expect(cost.says).toContain('name no price of a node of the cluster shop-eu (`nodePrice`)');
  expect(costHeadline(cost)).toBe('Unknown');
});
