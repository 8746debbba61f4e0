import { expect, test } from 'vitest';
import { ExampleCluster, SHOP } from './example-cluster.ts';

const image = (value: string) => ({ op: 'replace', path: '/spec/template/spec/containers/0/image', value });

test('a rollout takes time, keeps enough Pods available, and ends with all of them new', async () => {
  const example = new ExampleCluster();
  await example.patch([image('example.com/shop:2')]);
  expect((await example.deployment()).metadata.generation).toBe(2);
  expect((await example.deployment()).status).toMatchObject({ observedGeneration: 1 });
  example.wait(5);
  expect((await example.deployment()).status).toMatchObject({
    observedGeneration: 2,
    updatedReplicas: 1,
    availableReplicas: 2,
  });
  example.wait(120);
  const { status } = await example.deployment();
  expect(status).toMatchObject({ replicas: 2, updatedReplicas: 2, availableReplicas: 2 });
  expect(JSON.stringify(status['conditions'])).toContain('"reason":"NewReplicaSetAvailable"');
  expect((await example.pods()).map((pod) => pod.status.containerStatuses[0]?.image)).toEqual([
    'example.com/shop:2',
    'example.com/shop:2',
  ]);
});

test('each template is a ReplicaSet with a revision, and an older template gets the newest one', async () => {
  const example = new ExampleCluster();
  const revisions = async () =>
    (await example.list('replicasets'))
      .map(
        ({ metadata, spec }) =>
          `${metadata.annotations['deployment.kubernetes.io/revision'] ?? ''}:${JSON.stringify(spec['replicas'])}`,
      )
      .toSorted();
  await example.patch([image('example.com/shop:2')]);
  example.wait(120);
  expect(await revisions()).toEqual(['1:0', '2:2']);
  await example.patch([image('example.com/shop:1')]);
  example.wait(120);
  expect(await revisions()).toEqual(['2:0', '3:2']);
  expect((await example.deployment()).metadata.annotations).toEqual({ 'deployment.kubernetes.io/revision': '3' });
});

test('a rollout that gets nowhere passes its deadline, and says so', async () => {
  const stuck = new ExampleCluster(`${SHOP}
  images: { 'example.com/shop:2': { pull: fails } }
  changes:
    - at: -9m
      of: shop/deployments/checkout
      merge: { spec: { template: { spec: { containers: [{ name: web, image: 'example.com/shop:2' }] } } } }
`);
  const conditions = async () => JSON.stringify((await stuck.deployment()).status['conditions']);
  expect(await conditions()).toContain('"reason":"ReplicaSetUpdated"');
  stuck.wait(180);
  expect(await conditions()).toMatch(/"type":"Progressing","status":"False",[^}]*"reason":"ProgressDeadlineExceeded"/);
});

test('a paused Deployment does not roll out', async () => {
  const example = new ExampleCluster();
  await example.patch([{ op: 'add', path: '/spec/paused', value: true }]);
  await example.patch([image('example.com/shop:2')]);
  example.wait(120);
  expect((await example.deployment()).status).not.toHaveProperty('unavailableReplicas');
  expect((await example.pods()).every((pod) => pod.status.containerStatuses[0]?.image === 'example.com/shop:1')).toBe(
    true,
  );
});

test('a rollout that a quota has no room for gets stuck, and says so', async () => {
  const quota =
    '    - { apiVersion: v1, kind: ResourceQuota, metadata: { name: all, namespace: shop }, spec: { hard: { requests.memory: 600Mi } } }\n';
  const example = new ExampleCluster(SHOP.replace('  objects:\n', `  objects:\n${quota}`));
  await example.patch([image('example.com/shop:2')]);
  example.wait(180);
  const { status } = await example.deployment();
  expect(status).toMatchObject({ replicas: 2, availableReplicas: 2 });
  expect(status).not.toHaveProperty('updatedReplicas');
  const [event] = await example.events('FailedCreate');
  expect(event?.message).toContain(
    'exceeded quota: all, requested: requests.memory=256Mi, used: requests.memory=512Mi, limited: requests.memory=600Mi',
  );
  expect((await example.get('resourcequotas', 'all')).status).toMatchObject({ used: { 'requests.memory': '512Mi' } });
});

const named = (kind: string, spec: string): string =>
  SHOP.replace('kind: Deployment', `kind: ${kind}`).replace('replicas: 2', spec);

test('a StatefulSet is updated from its last Pod to its first, one at a time', async () => {
  const example = new ExampleCluster(named('StatefulSet', 'replicas: 2'));
  expect((await example.pods()).map(({ metadata }) => metadata.name)).toEqual(['checkout-0', 'checkout-1']);
  await example.send('apps/v1: patch statefulsets', {
    name: 'checkout',
    contentType: 'application/json-patch+json',
    body: [image('example.com/shop:2')],
  });
  example.wait(30);
  const images = async () => (await example.pods()).map((pod) => pod.status.containerStatuses[0]?.image);
  expect(await images()).toEqual(['example.com/shop:1', 'example.com/shop:2']);
  example.wait(60);
  expect(await images()).toEqual(['example.com/shop:2', 'example.com/shop:2']);
  expect((await example.get('statefulsets', 'checkout')).status).toMatchObject({
    updatedReplicas: 2,
    readyReplicas: 2,
  });
  expect(await example.list('controllerrevisions')).toHaveLength(2);
});

test('a DaemonSet has a Pod on each node', async () => {
  const nodes = ['a', 'b', 'c']
    .map((name) => `    - { apiVersion: v1, kind: Node, metadata: { name: ${name} } }\n`)
    .join('');
  const example = new ExampleCluster(
    named('DaemonSet', 'minReadySeconds: 0').replace('  objects:\n', `  objects:\n${nodes}`),
  );
  expect((await example.get('daemonsets', 'checkout')).status).toMatchObject({
    desiredNumberScheduled: 3,
    numberReady: 3,
  });
});

test('an autoscaler sets the number of Pods by their CPU', async () => {
  const example = new ExampleCluster(
    `${SHOP}  usage: [{ of: shop/deployments/checkout, cpuCores: { -14d: 0.2, +1m: 0.8 } }]\n`.replace(
      '  objects:\n',
      `  objects:
    - apiVersion: autoscaling/v2
      kind: HorizontalPodAutoscaler
      metadata: { name: checkout, namespace: shop }
      spec:
        scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: checkout }
        maxReplicas: 6
        metrics: [{ type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 80 } } }]
`,
    ),
  );
  expect((await example.get('horizontalpodautoscalers', 'checkout')).status).toMatchObject({ currentReplicas: 2 });
  example.wait(300);
  expect((await example.deployment()).spec['replicas']).toBe(5);
});
