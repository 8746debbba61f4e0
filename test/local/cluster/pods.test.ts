import { expect, test } from 'vitest';
import { ExampleCluster, jsonPatch, RESOURCES, SHOP } from './example-cluster.ts';

const HUNGRY = `${SHOP}
  usage: [{ of: shop/deployments/checkout, memoryMiB: { -14d: 300, -6m: 620 }, cpuCores: 0.1 }]
  logs:
    - of: shop/deployments/checkout
      lines:
        - { afterStartSeconds: 1, message: 'INFO boot: heap 512 MiB' }
        - { at: -10m, every: 60s, message: 'INFO: still here' }
        - { on: oom, message: 'java.lang.OutOfMemoryError: Java heap space' }
`;

const firstOf = async (example: ExampleCluster) => {
  const [pod] = await example.pods();
  const status = pod?.status.containerStatuses[0];
  return { name: pod?.metadata.name ?? '', uid: pod?.metadata.uid ?? '', status };
};

test('the Pods of a Deployment run, with its template and its owner', async () => {
  const example = new ExampleCluster();
  const pods = await example.pods();
  expect(pods.map(({ status }) => status.phase)).toEqual(['Running', 'Running']);
  expect(pods.every(({ metadata }) => /^checkout-[a-z0-9]{10}-[a-z0-9]{5}$/.test(metadata.name))).toBe(true);
  expect((await example.deployment()).status).toMatchObject({
    observedGeneration: 1,
    replicas: 2,
    updatedReplicas: 2,
    readyReplicas: 2,
    availableReplicas: 2,
  });
});

test('a memory limit below what is needed ends in kills with exit 137, and in a back-off between restarts', async () => {
  const example = new ExampleCluster(HUNGRY);
  const { status } = await firstOf(example);
  expect(status?.restartCount).toBeGreaterThanOrEqual(3);
  expect(status?.lastState['terminated'] ?? status?.state['terminated']).toMatchObject({
    reason: 'OOMKilled',
    exitCode: 137,
  });
  const [backOff] = await example.events('BackOff');
  expect(backOff?.message).toMatch(/^Back-off restarting failed container web in pod checkout-/);
});

test('without the growth, nothing restarts', async () => {
  const { status } = await firstOf(new ExampleCluster());
  expect(status).toMatchObject({ ready: true, restartCount: 0 });
});

test('an eviction does not help against a limit that is too low; a higher limit does', async () => {
  const example = new ExampleCluster(
    HUNGRY.replace('minAvailable: 1', 'unhealthyPodEvictionPolicy: AlwaysAllow, minAvailable: 1'),
  );
  const { name } = await firstOf(example);
  await example.send('v1: create pods/eviction', { name, body: {} });
  example.wait(600);
  expect((await example.pods()).every(({ status }) => (status.containerStatuses[0]?.restartCount ?? 0) >= 1)).toBe(
    true,
  );
  await example.send(
    'apps/v1: patch deployments',
    jsonPatch([{ op: 'replace', path: `${RESOURCES}/limits/memory`, value: '1Gi' }]),
  );
  example.wait(600);
  const pods = await example.pods();
  expect(pods.map(({ status }) => status.containerStatuses[0]?.restartCount)).toEqual([0, 0]);
});

test('the log of the run before is that of the kill', async () => {
  const example = new ExampleCluster(HUNGRY);
  const { name } = await firstOf(example);
  const previous = await example.send('v1: get pods/log', { name, query: { previous: true } });
  expect(previous).toMatch(/^INFO boot: heap 512 MiB\n[\s\S]*java.lang.OutOfMemoryError: Java heap space\n$/);
  const last = await example.send('v1: get pods/log', {
    name,
    query: { previous: true, tailLines: 1, timestamps: true },
  });
  expect(last).toMatch(/^2026-11-20T09:\d\d:\d\d.000Z java.lang.OutOfMemoryError/);
});

test('a log of a container that never ran before is refused as the API server refuses it', async () => {
  const example = new ExampleCluster();
  const { name } = await firstOf(example);
  const { code, awsMessage } = await example.refusal('v1: get pods/log', { name, query: { previous: true } });
  expect([code, awsMessage]).toEqual(['BadRequest', `previous terminated container "web" in pod "${name}" not found`]);
});

test('the metrics of a Pod follow its usage, and stop while it does not run', async () => {
  const example = new ExampleCluster(
    `${SHOP}  usage: [{ of: shop/deployments/checkout, memoryMiB: 490, cpuCores: { -1h: 0.1, +5m: 0.3 } }]`,
  );
  const usage = async () => JSON.stringify(await example.send('metrics.k8s.io/v1beta1: list pods'));
  expect(await usage()).toContain('"usage":{"cpu":"50000000n","memory":"501760Ki"}');
  example.wait(400);
  expect(await usage()).toContain('"usage":{"cpu":"150000000n","memory":"501760Ki"}');
  const waiting = new ExampleCluster(HUNGRY);
  expect(await waiting.send('metrics.k8s.io/v1beta1: list pods')).toMatchObject({ kind: 'PodMetricsList' });
});

test('an image that the registry does not have is waited for, and said in events', async () => {
  const example = new ExampleCluster(`${SHOP}
  images: { 'example.com/shop:2': { pull: fails } }
  changes:
    - at: -8m
      of: shop/deployments/checkout
      merge: { spec: { template: { spec: { containers: [{ name: web, image: 'example.com/shop:2' }] } } } }
`);
  const waiting = (await example.pods()).filter(({ status }) => status.containerStatuses[0]?.ready === false);
  expect(waiting).toHaveLength(1);
  expect(waiting[0]?.status.containerStatuses[0]?.state).toMatchObject({ waiting: { reason: 'ImagePullBackOff' } });
  expect((await example.events('Failed')).map(({ message }) => message)).toContain('Error: ImagePullBackOff');
  expect((await example.deployment()).status).toMatchObject({ updatedReplicas: 1, availableReplicas: 2 });
});

test('a Pod that fits on no node says so', async () => {
  const example = new ExampleCluster(
    SHOP.replace('cpu: 0.2', 'cpu: 3').replace(
      '  objects:\n',
      '  objects:\n    - { apiVersion: v1, kind: Node, metadata: { name: a }, status: { allocatable: { cpu: "4", memory: 8Gi } } }\n',
    ),
  );
  example.wait(120);
  const [event] = await example.events('FailedScheduling');
  expect(event?.message).toBe('0/1 nodes are available: 1 Insufficient cpu.');
  expect((await example.pods()).map(({ status }) => status.phase).toSorted()).toEqual(['Pending', 'Running']);
});
