import { expect, test } from 'vitest';
import { ERROR } from '../../../lambdas/contracts/error-names.ts';
import { ExampleCluster, jsonPatch, SHOP } from './example-cluster.ts';

const PATCH = 'apps/v1: patch deployments';
const scale = (replicas: number, query = {}) =>
  jsonPatch([{ op: 'replace', path: '/spec/replicas', value: replicas }], query);

test('a session makes the calls of its manifest only, and records who made them', async () => {
  const example = new ExampleCluster();
  const reader = example.session({ calls: [{ service: 'v1', command: 'list pods' }] });
  await example.send('v1: list pods', {}, reader);
  const refused = await example.refusal('apps/v1: get deployments', { name: 'checkout' }, reader);
  expect(refused.awsMessage).toBe(
    'deployments.apps "checkout" is forbidden: User "reader" cannot get resource "deployments" in API group "apps" in the namespace "shop"',
  );
  expect(example.calls.map(({ command, outcome, step }) => [command, outcome, step])).toEqual([
    ['list pods', 'ok', 'observe'],
    ['get deployments', 'Forbidden', 'observe'],
  ]);
});

const withFaults = (faults: string): ExampleCluster => new ExampleCluster(`${SHOP}  faults:\n${faults}`);

test('a lost answer is an outage after the change was made', async () => {
  const example = withFaults('    - { command: patch deployments, times: 1, lost: true }\n');
  await expect(example.send(PATCH, scale(3))).rejects.toMatchObject({ code: ERROR.cloudUnavailable });
  expect((await example.deployment()).spec['replicas']).toBe(3);
  expect(example.calls[0]).toMatchObject({ outcome: 'ok', dryRun: false });
});

test('a busy server is an outage, and nothing was changed', async () => {
  const example = withFaults('    - { command: patch deployments, dryRun: false, throttle: true }\n');
  await example.send(PATCH, scale(3, { dryRun: 'All' }));
  await expect(example.send(PATCH, scale(3))).rejects.toMatchObject({ code: ERROR.cloudUnavailable });
  expect((await example.deployment()).spec['replicas']).toBe(2);
});

test('an error has the reason and message of the world, and happens as often as it says', async () => {
  const example = withFaults(
    '    - { command: patch deployments, match: { name: checkout }, times: 1, error: { status: 403, reason: Forbidden, message: No. } }\n',
  );
  expect(await example.refusal(PATCH, scale(3))).toMatchObject({ code: 'Forbidden', awsMessage: 'No.' });
  await example.send(PATCH, scale(3));
});

test('somebody else changes the object right after the dry run, and owns the field', async () => {
  const example = withFaults(`
    - after: { command: patch deployments, dryRun: true }
      set: { of: shop/deployments/checkout, manager: hpa, merge: { spec: { replicas: 5 } } }
`);
  await example.send(PATCH, scale(3, { dryRun: 'All' }));
  const { spec, metadata } = await example.deployment();
  expect(spec['replicas']).toBe(5);
  expect(metadata.managedFields.map(({ manager }) => manager)).toEqual(['kubectl-client-side-apply', 'hpa']);
});

test('a lost request is an outage too, and nothing was changed', async () => {
  const example = withFaults('    - { command: patch deployments, times: 1, lost: request }\n');
  await expect(example.send(PATCH, scale(3))).rejects.toMatchObject({ code: ERROR.cloudUnavailable });
  expect((await example.deployment()).spec['replicas']).toBe(2);
  expect(example.calls.filter(({ mutating }) => mutating)).toEqual([]);
});

test('a call takes as long as the world says', async () => {
  const example = withFaults('    - { command: list pods, delaySeconds: 30 }\n');
  await example.pods();
  expect(example.calls[0]?.time).toBe('2026-11-20T09:26:50.000Z');
});

test('what is not there is not found, also an API that the cluster does not have', async () => {
  const example = new ExampleCluster();
  expect((await example.refusal('apps/v1: get deployments', { name: 'nope' })).awsMessage).toBe(
    'deployments.apps "nope" not found',
  );
  expect((await example.refusal('keda.sh/v1alpha1: list scaledobjects')).awsMessage).toBe('404 page not found\n');
  expect((await example.refusal('apps/v1: list daemons')).awsMessage).toBe(
    'the server could not find the requested resource',
  );
});

test('a request that is not simulated is an error that names it, not a guess', async () => {
  const example = new ExampleCluster();
  await expect(example.send('v1: delete pods', { name: 'a' })).rejects.toThrow(
    'simulated cluster: v1: delete pods on shop/a is not simulated',
  );
});
