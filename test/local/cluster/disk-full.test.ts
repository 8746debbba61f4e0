import { expect, test } from 'vitest';
import { ExampleCluster, SHOP } from './example-cluster.ts';

const TWO_NODES = `${SHOP}
    - { apiVersion: v1, kind: Node, metadata: { name: node-a }, status: { allocatable: { cpu: '2' } } }
    - { apiVersion: v1, kind: Node, metadata: { name: node-b }, status: { allocatable: { cpu: '2' } } }
  diskFull: { node: node-a, at: -10m }
  changes: [{ at: +60s, of: shop/deployments/checkout, merge: { spec: { replicas: 3 } } }]
`;

const nodesOf = async (example: ExampleCluster) => (await example.list('pods')).map(({ spec }) => spec['nodeName']);

test('a Pod that starts on a node with a full disk is evicted and made again, and those that were there go on', async () => {
  const example = new ExampleCluster(TWO_NODES);
  example.wait(5 * 60);
  expect((await example.events('Evicted')).length).toBeGreaterThan(1);
  expect((await nodesOf(example)).slice(0, 2)).toEqual(['node-a', 'node-a']);
});

test('once the node takes no new Pods, they run elsewhere and nothing is evicted any more', async () => {
  const example =
    new ExampleCluster(`${TWO_NODES.replace(/\]\n$/, '')}, { at: +3m, of: -/nodes/node-a, merge: { spec: { unschedulable: true } } }]
`);
  example.wait(6 * 60);
  const evicted = (await example.events('Evicted')).length;
  example.wait(5 * 60);
  expect(await nodesOf(example)).toEqual(['node-a', 'node-a', 'node-b']);
  expect((await example.events('Evicted')).length).toBe(evicted);
});
