import { expect, test } from 'vitest';
import { apply, ExampleCluster, jsonPatch, RESOURCES, SHOP } from './example-cluster.ts';

const CPU = `${RESOURCES}/requests/cpu`;
const setsCpu = [
  { op: 'test', path: CPU, value: '200m' },
  { op: 'replace', path: CPU, value: '300m' },
];
const OF_HELM = `${SHOP}  writers: [{ of: shop/deployments/checkout, manager: helm, fields: ['.spec.template.spec.containers[name="web"].resources.requests'] }]\n`;
const web = (cpu: string) => [{ name: 'web', resources: { requests: { cpu } } }];

test('an object has the defaults of the API server, and quantities as it writes them', async () => {
  const { spec, metadata } = await new ExampleCluster().deployment();
  expect(spec).toMatchObject({
    progressDeadlineSeconds: 600,
    revisionHistoryLimit: 10,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
    template: {
      spec: { terminationGracePeriodSeconds: 30, containers: [{ resources: { requests: { cpu: '200m' } } }] },
    },
  });
  expect(metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
});

test('a dry run answers the predicted object and changes nothing', async () => {
  const example = new ExampleCluster();
  const before = await example.deployment();
  const predicted = await example.patch(setsCpu, { dryRun: 'All' });
  expect(JSON.stringify(predicted)).toContain('"cpu":"300m"');
  expect(predicted).toMatchObject({ metadata: { generation: 2 } });
  expect(await example.deployment()).toEqual(before);
  expect(example.calls.filter(({ mutating }) => mutating)).toMatchObject([{ dryRun: true, outcome: 'ok' }]);
});

test('a dry run in any other place than the query is a real call', async () => {
  const example = new ExampleCluster();
  await example.send('apps/v1: patch deployments', {
    name: 'checkout',
    contentType: 'application/merge-patch+json',
    body: { dryRun: ['All'], spec: { replicas: 3 } },
  });
  expect((await example.deployment()).spec['replicas']).toBe(3);
  expect(example.calls[0]).toMatchObject({ dryRun: false });
});

test('a patch whose test fails changes nothing', async () => {
  const example = new ExampleCluster();
  const stale = jsonPatch([
    { op: 'test', path: CPU, value: '100m' },
    { op: 'replace', path: '/spec/replicas', value: 9 },
  ]);
  expect((await example.refusal('apps/v1: patch deployments', stale)).code).toBe('Invalid');
  expect((await example.deployment()).spec['replicas']).toBe(2);
});

test('a patch that says an older resourceVersion is a conflict', async () => {
  const example = new ExampleCluster();
  const { resourceVersion } = (await example.deployment()).metadata;
  const versioned = [{ op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion }];
  await example.patch([...versioned, ...setsCpu]);
  const { code, awsMessage } = await example.refusal(
    'apps/v1: patch deployments',
    jsonPatch([...versioned, { op: 'replace', path: CPU, value: '1' }]),
  );
  expect([code, awsMessage]).toEqual([
    'Conflict',
    'Operation cannot be fulfilled on deployments.apps "checkout": the object has been modified; please apply your changes to the latest version and try again',
  ]);
});

test('the generation rises with the spec, and of a Deployment with its annotations, but not with its labels', async () => {
  const example = new ExampleCluster();
  await example.patch([{ op: 'add', path: '/metadata/labels/note', value: 'yes' }]);
  expect((await example.deployment()).metadata.generation).toBe(1);
  await example.patch([{ op: 'add', path: '/metadata/annotations/note', value: 'yes' }]);
  expect((await example.deployment()).metadata.generation).toBe(2);
  await example.patch(setsCpu);
  expect((await example.deployment()).metadata.generation).toBe(3);
});

test('an apply of a field that somebody else owns is a conflict that names the owner', async () => {
  const example = new ExampleCluster(OF_HELM);
  const refused = await example.refusal(
    'apps/v1: patch deployments',
    apply('checkrein', web('300m'), { dryRun: 'All' }),
  );
  expect(refused.code).toBe('Conflict');
  expect(refused.awsMessage).toBe(
    'Apply failed with 1 conflict: conflict with "helm": .spec.template.spec.containers[name="web"].resources.requests.cpu',
  );
  expect(JSON.stringify(refused.details)).toContain('"reason":"FieldManagerConflict"');
});

test('an apply of the value that is there, or of a free field, is no conflict', async () => {
  const example = new ExampleCluster(OF_HELM);
  await example.send('apps/v1: patch deployments', apply('checkrein', web('200m'), { dryRun: 'All' }));
  const free = [{ name: 'web', resources: { limits: { cpu: '1' } } }];
  const predicted = await example.send('apps/v1: patch deployments', apply('checkrein', free, { dryRun: 'All' }));
  expect(JSON.stringify(predicted)).toContain('"limits":{"memory":"512Mi","cpu":"1"}');
});

test('our patch owns the field until our entry is released; then Helm meets no conflict', async () => {
  const example = new ExampleCluster(OF_HELM);
  await example.patch(setsCpu);
  const helm = apply('helm', web('400m'));
  expect((await example.refusal('apps/v1: patch deployments', helm)).awsMessage).toMatch(
    /conflict with "checkrein" using apps\/v1: /,
  );
  const { managedFields } = (await example.deployment()).metadata;
  const at = `/metadata/managedFields/${managedFields.findIndex(({ manager }) => manager === 'checkrein')}`;
  await example.patch([
    { op: 'test', path: `${at}/manager`, value: 'checkrein' },
    { op: 'remove', path: at },
  ]);
  expect((await example.deployment()).metadata.managedFields.map(({ manager }) => manager)).toEqual([
    'helm',
    'kubectl-client-side-apply',
  ]);
  await example.send('apps/v1: patch deployments', helm);
  expect(JSON.stringify((await example.deployment()).spec)).toContain('"cpu":"400m"');
});

test('what a manager applies no more is removed, if nobody else owns it', async () => {
  const example = new ExampleCluster();
  await example.send(
    'apps/v1: patch deployments',
    apply('argocd', [{ name: 'web', resources: { limits: { cpu: '1' } } }]),
  );
  await example.send('apps/v1: patch deployments', apply('argocd', [{ name: 'web' }]));
  expect(JSON.stringify((await example.deployment()).spec)).toContain('"limits":{"memory":"512Mi"}');
});

test('requests above their limit are refused with the field', async () => {
  const { code, awsMessage } = await new ExampleCluster().refusal(
    'apps/v1: patch deployments',
    jsonPatch([{ op: 'replace', path: `${RESOURCES}/requests/memory`, value: '1Gi' }]),
  );
  expect([code, awsMessage]).toEqual([
    'Invalid',
    'Deployment.apps "checkout" is invalid: spec.template.spec.containers[0].resources.requests: Invalid value: "1Gi": must be less than or equal to memory limit of 512Mi',
  ]);
});

test('the scale alone can be read and patched', async () => {
  const example = new ExampleCluster();
  expect(await example.send('apps/v1: get deployments/scale', { name: 'checkout' })).toMatchObject({
    spec: { replicas: 2 },
  });
  await example.send('apps/v1: patch deployments/scale', {
    name: 'checkout',
    contentType: 'application/merge-patch+json',
    body: { spec: { replicas: 4 } },
  });
  example.wait(60);
  expect((await example.deployment()).status).toMatchObject({ availableReplicas: 4 });
});

test('an eviction holds to the budget and the UID, in a dry run too', async () => {
  const example = new ExampleCluster();
  const [first, second] = await example.pods();
  const evict = 'v1: create pods/eviction';
  const of = (pod: typeof first, uid = pod?.metadata.uid ?? '') => ({
    name: pod?.metadata.name ?? '',
    body: { deleteOptions: { preconditions: { uid } } },
  });
  await example.send(evict, { ...of(first), query: { dryRun: 'All' } });
  expect((await example.pods()).some(({ metadata }) => metadata.deletionTimestamp !== undefined)).toBe(false);
  expect((await example.refusal(evict, of(first, 'another'))).awsMessage).toMatch(/the UID in the precondition/);
  await example.send(evict, of(first));
  const refused = await example.refusal(evict, { ...of(second), query: { dryRun: 'All' } });
  expect([refused.code, refused.awsMessage]).toEqual([
    'TooManyRequests',
    "Cannot evict pod as it would violate the pod's disruption budget.",
  ]);
  example.wait(60);
  const names = (await example.pods()).map(({ metadata }) => metadata.name);
  expect(names).toHaveLength(2);
  expect(names).not.toContain(first?.metadata.name);
});
