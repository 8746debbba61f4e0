import { expect, test } from 'vitest';
import { ExampleCluster, SHOP } from './example-cluster.ts';

const FLAGGED = `${SHOP}
    - { apiVersion: v1, kind: ConfigMap, metadata: { name: flags, namespace: shop }, data: { new_basket: 'off' } }
  images:
    example.com/shop:1: { unreadyWhile: { configMap: shop/configmaps/flags, key: new_basket, value: 'on' } }
  changes:
    - { at: +30s, of: shop/configmaps/flags, merge: { data: { new_basket: 'on' } } }
    - { at: +5m, of: shop/configmaps/flags, merge: { data: { new_basket: 'off' } } }
`;

const unavailable = async (example: ExampleCluster): Promise<unknown> =>
  (await example.deployment()).status['unavailableReplicas'] ?? 0;

test('Pods are not ready while a key of a ConfigMap has the value that breaks them, and ready again without a restart', async () => {
  const example = new ExampleCluster(FLAGGED);
  expect(await unavailable(example)).toBe(0);
  example.wait(3 * 60);
  expect(await unavailable(example)).toBe(2);
  expect((await example.events('Unhealthy')).length).toBeGreaterThan(0);
  example.wait(4 * 60);
  expect(await unavailable(example)).toBe(0);
  expect((await example.pods())[0]?.status.containerStatuses).toMatchObject([{ ready: true, restartCount: 0 }]);
});
