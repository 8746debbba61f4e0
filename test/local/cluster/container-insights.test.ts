import { expect, test } from 'vitest';
import { JsonObject } from '../../../lambdas/contracts/json.ts';
import { parseWorld } from '../../fixtures/shipped-app.ts';
import { Simulation } from '../../../local/cluster/simulation.ts';
import { ExampleWorld } from '../account/example-world.ts';
import { SHOP } from './example-cluster.ts';

const MINUTE = 60_000;
const NOW = Date.parse('2026-11-20T09:26:20Z');
const OF_CHECKOUT = { ClusterName: 'shop-eu', Namespace: 'shop', PodName: 'checkout' };

const shopWith = (more: string): Simulation => {
  const { cluster } = parseWorld(`${SHOP}${more}`, 'world.yaml');
  if (cluster === undefined) expect.fail('the world has no cluster');
  return new Simulation(cluster, NOW);
};
const valueOf = (simulation: Simulation, name: string, minutes: number, dimensions = OF_CHECKOUT) =>
  simulation.metric({ namespace: 'ContainerInsights', name, dimensions }, NOW + minutes * MINUTE);

const BAD_IMAGE = `
  images: { 'example.com/shop:2': { pull: fails } }
  changes:
    - { at: -10m, of: shop/deployments/checkout, merge: { spec: { template: { spec: { containers: [{ name: web, image: 'example.com/shop:2' }] } } } } }
`;

test('pods that are missing and images that cannot be pulled are counted from when they are', () => {
  const shop = shopWith(BAD_IMAGE);
  expect(valueOf(shop, 'status_replicas_unavailable', -12)).toBe(0);
  expect(valueOf(shop, 'status_replicas_unavailable', -5)).toBe(1);
  expect(valueOf(shop, 'pod_container_status_waiting_reason_image_pull_error', -5)).toBe(1);
});

test('what was does not change when it is asked for later, and before the simulation all is as at its start', () => {
  const shop = shopWith(BAD_IMAGE);
  expect(valueOf(shop, 'status_replicas_unavailable', 0)).toBe(1);
  expect(valueOf(shop, 'status_replicas_unavailable', -12)).toBe(0);
  expect(valueOf(shop, 'status_replicas_unavailable', -600)).toBe(0);
});

test('use is that of the fullest pod, as a share of its limits; kills are counted as restarts', () => {
  const shop = shopWith('  usage: [{ of: shop/deployments/checkout, memoryMiB: { -14d: 256, -10m: 600 } }]\n');
  expect(valueOf(shop, 'pod_memory_utilization_over_pod_limit', -12)).toBe(50);
  expect(valueOf(shop, 'pod_cpu_utilization_over_pod_limit', -12)).toBeUndefined();
  expect(valueOf(shop, 'pod_number_of_container_restarts', -12)).toBe(0);
  expect(valueOf(shop, 'pod_number_of_container_restarts', -1)).toBeGreaterThan(3);
});

test('of another cluster, workload or dimension there are no data', () => {
  const shop = shopWith('');
  const name = 'status_replicas_unavailable';
  expect(valueOf(shop, name, 0, { ...OF_CHECKOUT, ClusterName: 'other' })).toBeUndefined();
  expect(valueOf(shop, name, 0, { ...OF_CHECKOUT, PodName: 'other' })).toBeUndefined();
  expect(valueOf(shop, name, 0, Object.assign({ FullPodName: 'checkout-1' }, OF_CHECKOUT))).toBeUndefined();
});

test('an alarm goes off because of what happens in the cluster', () => {
  const example = new ExampleWorld(`${SHOP}${BAD_IMAGE}
alarms:
  - name: replicas
    metric: { namespace: ContainerInsights, name: status_replicas_unavailable, dimensions: ${JSON.stringify(OF_CHECKOUT)}, stat: Maximum }
    threshold: 0
    evaluationPeriods: 3
`);
  const { detail, time } = example.account.alarmEvent('replicas');
  expect(JsonObject.parse(detail)['state']).toMatchObject({ value: 'ALARM' });
  expect(time).toBe('2026-11-20T09:20:12Z');
});
