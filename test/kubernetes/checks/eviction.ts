import assert from 'node:assert/strict';
import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import type { CloudRequest } from '../../../lambdas/contracts/ports.ts';
import type { ApiServer } from '../api-server.ts';
import { assertDenied, assertRefused, type Check } from '../check.ts';
import { failureOf } from '../client.ts';
import { create, pod, sessionOf, SHOP } from '../cluster.ts';

/** A Pod that is ready, as its kubelet would say, and budgets with room for this many disruptions. */
const readyPod = async (server: ApiServer, name: string, budgets: readonly number[] = []) => {
  const labelled = { ...pod(SHOP, name), metadata: { namespace: SHOP, name, labels: { pod: name } } };
  const { metadata } = await create(server.admin, 'v1', 'pods', labelled);
  const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
  await server.admin.send(setsStatus('v1', 'pods', name, status));
  for (const [index, disruptionsAllowed] of budgets.entries())
    await budget(server, `${name}-${index}`, name, disruptionsAllowed);
  return metadata.uid;
};

/** A budget over the Pods with this label `pod`, and how many disruptions it allows. */
export const budget = async (server: ApiServer, name: string, podName: string, disruptionsAllowed: number) => {
  await create(server.admin, 'policy/v1', 'poddisruptionbudgets', {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { namespace: SHOP, name },
    spec: { minAvailable: 1, selector: { matchLabels: { pod: podName } } },
  });
  const counts = { currentHealthy: 1, desiredHealthy: 1, expectedPods: 1, observedGeneration: 1 };
  await server.admin.send(setsStatus('policy/v1', 'poddisruptionbudgets', name, { ...counts, disruptionsAllowed }));
};

/** No controller runs, so the test says what one would. */
export const setsStatus = (service: string, resource: string, name: string, status: JsonObject): CloudRequest => ({
  service,
  command: `patch ${resource}/status`,
  input: { namespace: SHOP, name, contentType: 'application/merge-patch+json', body: { status } },
});

const evicts = (name: string, deleteOptions: JsonObject | undefined, dryRun = false): CloudRequest => ({
  service: 'v1',
  command: 'create pods/eviction',
  input: {
    namespace: SHOP,
    name,
    ...(dryRun && { query: { dryRun: 'All' } }),
    body: {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { namespace: SHOP, name },
      ...(deleteOptions !== undefined && { deleteOptions }),
    },
  },
});

const restarting = (server: ApiServer, mode: string, uid: string) =>
  sessionOf(server, mode, 'restart_pod', uid, 'of the tools');
const readPod = (name: string): CloudRequest => ({
  service: 'v1',
  command: 'get pods',
  input: { namespace: SHOP, name },
});

/** A Pod is restarted by eviction, under its budget and its grace period. */
export const EVICTION_CHECKS: readonly Check[] = [
  {
    promise: 'an eviction with the UID of the session is admitted, and a dry run of it touches nothing',
    async run(server) {
      const uid = await readyPod(server, 'evicted', [1]);
      const preconditions = { uid };
      await restarting(server, 'dry', uid).send(evicts('evicted', { preconditions }, true));
      await server.admin.send(readPod('evicted'));
      await restarting(server, 'apply', uid).send(evicts('evicted', { preconditions }));
      await assertRefused(server.admin, readPod('evicted'), 'NotFound', /evicted/);
    },
  },
  {
    promise: 'an eviction that a disruption budget forbids is refused, in a dry run too',
    async run(server) {
      const uid = await readyPod(server, 'budgeted', [0]);
      for (const [mode, dryRun] of [
        ['dry', true],
        ['apply', false],
      ] as const) {
        const call = evicts('budgeted', { preconditions: { uid } }, dryRun);
        await assertRefused(restarting(server, mode, uid), call, 'TooManyRequests', /disruption budget/);
      }
    },
  },
  {
    promise: 'a Pod with two disruption budgets is not evicted',
    async run(server) {
      const uid = await readyPod(server, 'two-budgets', [1, 1]);
      const call = evicts('two-budgets', { preconditions: { uid } });
      const error = await failureOf(restarting(server, 'apply', uid), call);
      assert.match(error?.message ?? '', /500 .*more than one PodDisruptionBudget/);
    },
  },
  {
    promise: 'an eviction without the UID of the session as precondition is refused',
    async run(server) {
      const uid = await readyPod(server, 'unnamed');
      const other = await readyPod(server, 'other');
      const session = restarting(server, 'apply', uid);
      for (const options of [undefined, {}, { preconditions: {} }, { preconditions: { uid: other } }])
        await assertDenied(session, evicts('unnamed', options), /no precondition on the UID/);
      await assertRefused(session, evicts('other', { preconditions: { uid } }), 'Conflict', /precondition/i);
    },
  },
  {
    promise: 'an eviction may not shorten the grace period',
    async run(server) {
      const uid = await readyPod(server, 'killed');
      const call = evicts('killed', { preconditions: { uid }, gracePeriodSeconds: 0 });
      await assertDenied(restarting(server, 'apply', uid), call, /no other option than its precondition/);
    },
  },
  {
    promise: 'a dry run in the body alone is a real eviction, and refused in a dry-run session',
    async run(server) {
      const uid = await readyPod(server, 'in-body');
      const call = evicts('in-body', { preconditions: { uid }, dryRun: ['All'] });
      await assertDenied(restarting(server, 'dry', uid), call, /may only make dry runs/);
    },
  },
  {
    promise: 'a Pod is not deleted, and no process is started in it',
    async run(server) {
      const uid = await readyPod(server, 'spared');
      const session = sessionOf(server, 'apply', 'restart_pod', uid);
      const deletion = { service: 'v1', command: 'delete pods', input: { namespace: SHOP, name: 'spared' } };
      await assertDenied(session, deletion, /restart_pod does not DELETE pods/);
      const exec = { namespace: SHOP, name: 'spared', query: { command: 'sh', stdout: 'true' } };
      await assertDenied(
        session,
        { service: 'v1', command: 'create pods/exec', input: exec },
        /does not CONNECT pods\/exec/,
      );
      assert.equal(await server.admin.send(readPod('spared')).then(() => 'there'), 'there');
    },
  },
];
