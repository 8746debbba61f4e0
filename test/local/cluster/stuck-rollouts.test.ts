import { describe, expect, test } from 'vitest';
import { ExampleCluster, RESOURCES, SHOP } from './example-cluster.ts';

const BAD = 'example.com/shop:2';
const image = (value: string) => ({ op: 'replace', path: '/spec/template/spec/containers/0/image', value });
/** A shop in which somebody sets an image that behaves so, a second from now. */
const released = (behaves: string, shop = SHOP): string => `${shop}
  images: { '${BAD}': { ${behaves} } }
  changes:
    - at: +1s
      of: shop/deployments/checkout
      merge: { spec: { template: { spec: { containers: [{ name: web, image: '${BAD}' }] } } } }
`;
const PULLS = released('pull: fails');
const statusOf = async (example: ExampleCluster) => (await example.deployment()).status;
const conditionsOf = async (example: ExampleCluster) => JSON.stringify((await statusOf(example))['conditions']);
const PROGRESSING = '"type":"Progressing","status":"True"';
const OVERDUE = /"type":"Progressing","status":"False",[^}]*"reason":"ProgressDeadlineExceeded"/;

describe('a rollout gets stuck and passes its deadline', () => {
  test.each([
    ['of an image that cannot be pulled', PULLS, 'ImagePullBackOff'],
    ['of a container that crashes at once', released('exits: { code: 1 }'), 'CrashLoopBackOff'],
    ['of Pods that do not get ready', released('readyAfterSeconds: never'), undefined],
  ])('%s, while the old Pods serve on', async (_what, yaml, reason) => {
    const example = new ExampleCluster(yaml);
    example.wait(590);
    expect(await conditionsOf(example)).toContain(PROGRESSING);
    example.wait(90);
    expect(await conditionsOf(example)).toMatch(OVERDUE);
    expect(await statusOf(example)).toMatchObject({ updatedReplicas: 1, replicas: 3, availableReplicas: 2 });
    const broken = (await example.pods()).find(({ status }) => status.containerStatuses[0]?.image === BAD);
    expect(broken?.status.containerStatuses[0]?.state['waiting']?.reason).toBe(reason);
  });

  test('of a memory limit under what is used, with kills', async () => {
    const example = new ExampleCluster(
      `${SHOP}  usage: [{ of: shop/deployments/checkout, memoryMiB: 400, warmUpSeconds: 0 }]\n`,
    );
    await example.patch([{ op: 'replace', path: `${RESOURCES}/limits/memory`, value: '300Mi' }]);
    example.wait(680);
    expect(await conditionsOf(example)).toMatch(OVERDUE);
    const killed = (await example.pods()).flatMap(({ status }) => status.containerStatuses);
    expect(killed.map(({ lastState }) => lastState['terminated']?.reason)).toContain('OOMKilled');
    expect(await statusOf(example)).toMatchObject({ availableReplicas: 2 });
  });

  test('after its own deadline, counted from the last progress', async () => {
    const shop = SHOP.replace('replicas: 2', 'replicas: 2\n        progressDeadlineSeconds: 120');
    const example = new ExampleCluster(released('pull: fails', shop));
    example.wait(110);
    expect(await conditionsOf(example)).toContain(PROGRESSING);
    example.wait(70);
    expect(await conditionsOf(example)).toMatch(OVERDUE);
  });

  test('and a newer template begins anew', async () => {
    const example = new ExampleCluster(PULLS);
    example.wait(680);
    await example.patch([image('example.com/shop:3')]);
    example.wait(10);
    expect(await conditionsOf(example)).toContain(PROGRESSING);
    example.wait(120);
    expect(await conditionsOf(example)).toContain('"reason":"NewReplicaSetAvailable"');
  });

  test('and the old template written back adopts the old ReplicaSet, with a new revision and its history', async () => {
    const example = new ExampleCluster(PULLS);
    const { template } = (await example.deployment()).spec;
    const [first] = await example.list('replicasets');
    example.wait(680);
    await example.patch([{ op: 'replace', path: '/spec/template', value: template ?? null }]);
    example.wait(60);
    const sets = await example.list('replicasets');
    const adopted = sets.find(({ metadata }) => metadata.uid === first?.metadata.uid);
    expect(adopted?.metadata.annotations).toMatchObject({
      'deployment.kubernetes.io/revision': '3',
      'deployment.kubernetes.io/revision-history': '1',
    });
    expect(sets.map(({ spec }) => spec['replicas']).toSorted()).toEqual([0, 2]);
    expect(await conditionsOf(example)).toContain('"reason":"NewReplicaSetAvailable"');
    const { metadata } = await example.deployment();
    expect(metadata.annotations).toEqual({ 'deployment.kubernetes.io/revision': '3' });
  });
});

const withQuota = (hard: string): string =>
  SHOP.replace(
    '  objects:\n',
    `  objects:\n    - { apiVersion: v1, kind: ResourceQuota, metadata: { name: all, namespace: shop }, spec: { hard: { ${hard} } } }\n`,
  );

describe('a quota refuses a Pod', () => {
  test('with an event at once, and with a condition until there is room', async () => {
    const example = new ExampleCluster(withQuota('requests.memory: 600Mi'));
    await example.patch([{ op: 'replace', path: '/spec/replicas', value: 3 }]);
    example.wait(10);
    expect((await example.events('FailedCreate'))[0]?.message).toMatch(
      /^Error creating: pods "checkout-[^"]+" is forbidden: exceeded quota: all, requested: requests\.memory=256Mi/,
    );
    expect(await conditionsOf(example)).toMatch(/"type":"ReplicaFailure","status":"True",[^}]*"reason":"FailedCreate"/);
    expect(await statusOf(example)).toMatchObject({ replicas: 2, unavailableReplicas: 1 });
    await example.patch([{ op: 'replace', path: '/spec/replicas', value: 2 }]);
    example.wait(10);
    expect(await conditionsOf(example)).not.toContain('ReplicaFailure');
  });

  test('that does not say what the quota counts', async () => {
    const example = new ExampleCluster(withQuota('limits.memory: 10Gi'));
    await example.patch([{ op: 'remove', path: `${RESOURCES}/limits` }]);
    example.wait(10);
    expect((await example.events('FailedCreate'))[0]?.message).toMatch(
      /is forbidden: failed quota: all: must specify limits\.memory for: web$/,
    );
  });
});

test('a Deployment is scaled down and up again, by one ReplicaSet and without a new revision', async () => {
  const example = new ExampleCluster();
  for (const replicas of [1, 4]) {
    await example.patch([{ op: 'replace', path: '/spec/replicas', value: replicas }]);
    example.wait(60);
    expect(await statusOf(example)).toMatchObject({ replicas, updatedReplicas: replicas, availableReplicas: replicas });
    expect(await example.pods()).toHaveLength(replicas);
  }
  expect(await example.list('replicasets')).toHaveLength(1);
  expect((await example.events('ScalingReplicaSet')).map(({ message }) => message).toSorted()).toEqual([
    expect.stringMatching(/^Scaled down replica set checkout-\S+ from 2 to 1$/),
    expect.stringMatching(/^Scaled up replica set checkout-\S+ from 1 to 4$/),
  ]);
});

test('no budget protects a Pod that does not run yet', async () => {
  const example = new ExampleCluster(PULLS.replace('minAvailable: 1', 'minAvailable: 3'));
  example.wait(60);
  const pods = await example.pods();
  const evict = (phase: string) => ({
    name: pods.find(({ status }) => status.phase === phase)?.metadata.name ?? '',
    query: { dryRun: 'All' },
    body: {},
  });
  expect((await example.refusal('v1: create pods/eviction', evict('Running'))).code).toBe('TooManyRequests');
  await example.send('v1: create pods/eviction', evict('Pending'));
});

test('the autoscaler owns the number of Pods that it wrote', async () => {
  const autoscaler = `  objects:
    - apiVersion: autoscaling/v2
      kind: HorizontalPodAutoscaler
      metadata: { name: checkout, namespace: shop }
      spec:
        scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: checkout }
        maxReplicas: 6
        metrics: [{ type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 80 } } }]
`;
  const usage = '  usage: [{ of: shop/deployments/checkout, cpuCores: { -14d: 0.2, +1m: 0.8 } }]\n';
  const example = new ExampleCluster(`${SHOP}${usage}`.replace('  objects:\n', autoscaler));
  example.wait(300);
  const { spec, metadata } = await example.deployment();
  expect(spec['replicas']).toBe(5);
  expect(metadata.managedFields).toContainEqual(
    expect.objectContaining({
      manager: 'kube-controller-manager',
      subresource: 'scale',
      fieldsV1: { 'f:spec': { 'f:replicas': {} } },
    }),
  );
  const helm = { spec: { replicas: 2 }, apiVersion: 'apps/v1', kind: 'Deployment' };
  const applied = {
    name: 'checkout',
    query: { fieldManager: 'helm' },
    contentType: 'application/apply-patch+yaml',
    body: helm,
  };
  expect((await example.refusal('apps/v1: patch deployments', applied)).awsMessage).toContain(
    'conflict with "kube-controller-manager" with subresource "scale" using apps/v1: .spec.replicas',
  );
});
