import { expect, test } from 'vitest';
import { ExampleCluster, SHOP } from './example-cluster.ts';

const TWO_NODES = `${SHOP}
    - { apiVersion: v1, kind: Node, metadata: { name: node-a }, status: { allocatable: { cpu: 400m } } }
    - { apiVersion: v1, kind: Node, metadata: { name: node-b }, status: { allocatable: { cpu: 300m } } }
  nodeDown: { node: node-a, at: +60s }
`;

const readyOf = async (example: ExampleCluster) =>
  (await example.list('pods')).map(({ spec, status, metadata }) => ({
    node: spec['nodeName'],
    ready: JSON.stringify(status['conditions']).includes('"type":"Ready","status":"True"'),
    ends: metadata['deletionTimestamp'] !== undefined,
  }));

test('Pods on a node that goes away are not ready after forty seconds, and nobody restarts them', async () => {
  const example = new ExampleCluster(TWO_NODES);
  example.wait(90);
  expect(await readyOf(example)).toEqual([
    { node: 'node-a', ready: true, ends: false },
    { node: 'node-a', ready: true, ends: false },
  ]);
  example.wait(15);
  expect((await readyOf(example)).map(({ ready }) => ready)).toEqual([false, false]);
  expect((await example.deployment()).status).toMatchObject({ replicas: 2, unavailableReplicas: 2 });
  expect((await example.events('NodeNotReady')).length).toBe(2);
  expect((await example.list('pods'))[0]?.status['containerStatuses']).toMatchObject([{ restartCount: 0 }]);
});

test('after five minutes they are replaced on another node, as far as it has room', async () => {
  const example = new ExampleCluster(TWO_NODES);
  example.wait(60 + 40 + 300 + 60);
  const pods = await readyOf(example);
  expect(pods.filter(({ ends }) => ends).map(({ node }) => node)).toEqual(['node-a', 'node-a']);
  expect(pods.filter(({ ends }) => !ends).map(({ node, ready }) => [node, ready])).toEqual(
    expect.arrayContaining([
      ['node-b', true],
      [undefined, false],
    ]),
  );
  const [failed] = await example.events('FailedScheduling');
  expect(failed?.message).toContain('1 Insufficient cpu');
  expect(failed?.message).toContain('untolerated taint {node.kubernetes.io/unreachable: }');
});

test('no log can be read on a node that is gone', async () => {
  const example = new ExampleCluster(TWO_NODES);
  const [pod] = await example.pods();
  const name = pod?.metadata.name ?? '';
  await example.send('v1: get pods/log', { name });
  example.wait(65);
  await expect(example.send('v1: get pods/log', { name })).rejects.toThrow('i/o timeout');
});
