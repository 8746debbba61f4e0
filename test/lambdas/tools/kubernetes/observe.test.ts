import { expect, test } from 'vitest';
import * as z from 'zod';
import { JsonObject, type Json } from '../../../../lambdas/contracts/json.ts';
import { CloudError } from '../../../../lambdas/contracts/errors.ts';
import { changeText, templateChanges } from '../../../../lambdas/tools/kubernetes/template-diff.ts';
import { revisionText } from '../../../../lambdas/tools/kubernetes/revisions.ts';
import { selects } from '../../../../lambdas/tools/kubernetes/selector.ts';
import { manifest as podLogs } from '../../../../lambdas/tools/get-pod-logs/manifest.ts';
import { tool as getPodLogs } from '../../../../lambdas/tools/get-pod-logs/tool.ts';
import { manifest as podUsage } from '../../../../lambdas/tools/get-pod-usage/manifest.ts';
import { tool as getPodUsage } from '../../../../lambdas/tools/get-pod-usage/tool.ts';
import { manifest as workload } from '../../../../lambdas/tools/get-workload/manifest.ts';
import { tool as getWorkload } from '../../../../lambdas/tools/get-workload/tool.ts';
import { manifest as pods } from '../../../../lambdas/tools/list-pods/manifest.ts';
import { tool as listPods } from '../../../../lambdas/tools/list-pods/tool.ts';
import { ownedPod, POD_STATUS, template, WORKLOAD_STATUS, WORKLOADS } from '../../../kubernetes/observed/objects.ts';
import { observing } from '../context.ts';

const place = { cluster: 'prod', namespace: 'observed' };
const page = (...items: readonly JsonObject[]): JsonObject => ({ metadata: {}, items: [...items] });
const notFound = new CloudError('NotFound', 'the server could not find the requested resource');

/** An object as the API server returns it. */
const served = (object: JsonObject, status: Json = {}): JsonObject => ({
  ...object,
  metadata: {
    ...JsonObject.parse(object['metadata']),
    uid: '0a1b2c3d-0000-4000-8000-00000000000f',
    creationTimestamp: '2026-11-02T01:00:00Z',
    generation: 1,
  },
  status,
});
const killed = served(ownedPod('checkout-b2-x', 'u'), POD_STATUS);
const quiet = served(ownedPod('checkout-b2-y', 'u'), {
  phase: 'Running',
  conditions: [{ type: 'Ready', status: 'True' }],
});

test('the pod in trouble comes first, with how its container ended', async () => {
  const context = observing(pods);
  context.cloud.answers('v1', 'list pods', page(quiet, killed));
  const [summary, first, container] = (await listPods.run({ ...place }, context)).split('\n');
  expect(summary).toMatch(/^2 pods in observed: 1 not ready, 3 restarts; in 1 pod a container was last killed/);
  expect(first).toMatch(/^- checkout-b2-x: Running, 0 of 1 container ready, 3 restarts, of Deployment checkout/);
  expect(container).toContain('OOMKilled, exit code 137 (SIGKILL), at 2026-11-02 02:09:33 UTC (4 min ago), after 93 s');
});

const workloadText = async (deployment: JsonObject): Promise<string> => {
  const context = observing(workload);
  context.cloud.answers('apps/v1', 'get deployments', served(deployment, WORKLOAD_STATUS));
  for (const [service, command] of [
    ['apps/v1', 'list replicasets'],
    ['autoscaling/v2', 'list horizontalpodautoscalers'],
    ['policy/v1', 'list poddisruptionbudgets'],
    ['v1', 'list resourcequotas'],
  ] as const)
    context.cloud.answers(service, command, page());
  context.cloud.answers('v1', 'list limitranges', new CloudError('Forbidden', 'no'));
  context.cloud.answers('keda.sh/v1alpha1', 'list scaledobjects', notFound);
  return getWorkload.run({ ...place, kind: 'deployments', name: 'checkout' }, context);
};

test('a workload is shown without the values of its variables and arguments, and without KEDA where there is none', async () => {
  const [, deployment] = WORKLOADS[0];
  const text = await workloadText(deployment);
  expect(text).toMatch(
    /^Deployment checkout in observed: 1 of 2 pods ready, 2 with the newest template; rollout in progress/,
  );
  expect(text).toContain('variables JAVA_OPTS, DB_PASSWORD; 2 arguments (values not shown)');
  expect(text).toContain('Limit ranges: not known, the cluster answered Forbidden (no)');
  expect(text).not.toMatch(/hunter2|-Xmx|KEDA/);
});

test('a workload that nothing claims to manage is said to have no such label or annotation', async () => {
  const [, deployment] = WORKLOADS[0];
  const { name, namespace } = z.object({ name: z.string(), namespace: z.string() }).parse(deployment['metadata']);
  const text = await workloadText({ ...deployment, metadata: { name, namespace } });
  expect(text).toContain('; no label or annotation names a tool that manages it.');
});

test('a changed variable is named without its value, a changed image with both', () => {
  const before = template('shop:1', '1Gi');
  const after = JsonObject.parse(
    JSON.parse(JSON.stringify(template('shop:2', '1Gi')).replace('hunter2-hidden"}', 'other"}')),
  );
  const says = templateChanges(before, after).map(changeText);
  expect(says).toEqual(['spec.containers[web].image: shop:1 → shop:2', 'spec.containers[web].env[DB_PASSWORD].value']);
});

test('the log around a text begins with the line that contains it', async () => {
  const context = observing(podLogs);
  context.cloud.answers('v1', 'get pods/log', 'boot\njava.lang.OutOfMemoryError: Java heap space\n');
  const input = { ...place, pod: 'checkout-b2-x', previous: true, around: 'outofmemory' };
  expect(await getPodLogs.run(input, context)).toMatch(/^java\.lang\.OutOfMemoryError: Java heap space\n/);
  expect(context.cloud.requests[0]?.input).toMatchObject({ name: 'checkout-b2-x', query: { previous: true } });
});

test('a log begins with its last line, which is all that people read of it in a report', async () => {
  const context = observing(podLogs);
  context.cloud.answers('v1', 'get pods/log', 'boot\njava.lang.OutOfMemoryError: Java heap space\n');
  const text = await getPodLogs.run({ ...place, pod: 'checkout-b2-x', previous: true }, context);
  expect(text.split('\n').slice(0, 3)).toEqual([
    'The log of checkout-b2-x (the run before the last restart) ends: java.lang.OutOfMemoryError: Java heap space',
    'The last 2 lines (2 lines):',
    'boot',
  ]);
});

test.each([
  [1, 'the first one'],
  [7, 'the one before is not kept'],
])('of revision %d with none before it is said: %s', (revision, says) => {
  const kept = { revision, owner: 'u', name: 'cart-1', created: '2026-11-02T01:00:00Z', pods: 2, cause: '' };
  const text = revisionText(
    { ...kept, template: template('shop:1', '1Gi') },
    undefined,
    new Date('2026-11-02T02:00:00Z'),
  );
  expect(text).toMatch(new RegExp(`: ${says}$`));
});

test('a log that is longer than what is read is read from nearer to its end', async () => {
  const context = observing(podLogs);
  context.cloud.answers('v1', 'get pods/log', 'x'.repeat(2 * 1024 * 1024), 'the newest line\n');
  expect(await getPodLogs.run({ ...place, pod: 'a' }, context)).toContain('the newest line');
  expect(context.cloud.inputsOf('get pods/log')).toHaveLength(2);
});

test('usage is a share of the limit, and a cluster without the metrics API is said', async () => {
  const context = observing(podUsage);
  context.cloud.answers('v1', 'list pods', page(killed));
  const containers = [{ name: 'web', usage: { cpu: '180234567n', memory: '508560Ki' } }];
  const metrics = { metadata: { name: 'checkout-b2-x' }, timestamp: '2026-11-02T02:13:30Z', containers };
  context.cloud.answers('metrics.k8s.io/v1beta1', 'list pods', page(metrics));
  expect(await getPodUsage.run({ ...place }, context)).toMatch(/memory 496\.6 MiB, 97 % of its limit of 512 MiB/);
  context.cloud.answers('metrics.k8s.io/v1beta1', 'list pods', notFound);
  await expect(getPodUsage.run({ ...place }, context)).rejects.toThrow('has no metrics API');
});

test.each([
  [{ key: 'app', operator: 'In', values: ['a'] }, true],
  [{ key: 'app', operator: 'NotIn', values: ['a'] }, false],
  [{ key: 'app', operator: 'Exists', values: [] }, true],
  [{ key: 'app', operator: 'DoesNotExist', values: [] }, false],
  [{ key: 'app', operator: 'NewOne', values: ['a'] }, false],
])('the labels { app: a } and the condition %j: %j', (condition, expected) => {
  expect(selects({ matchLabels: {}, matchExpressions: [condition] }, { app: 'a' })).toBe(expected);
});
