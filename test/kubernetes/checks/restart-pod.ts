import assert from 'node:assert/strict';
import { systemClock } from '../../../lambdas/adapters/system.ts';
import { ToolRefusal } from '../../../lambdas/contracts/errors.ts';
import { JsonObject } from '../../../lambdas/contracts/json.ts';
import type { Cloud } from '../../../lambdas/contracts/ports.ts';
import type { ProviderCall } from '../../../lambdas/contracts/tool.ts';
import { provesBound } from '../../../lambdas/providers/kubernetes/admission/proves-bound.ts';
import { tool } from '../../../lambdas/tools/restart-pod/tool.ts';
import type { Change } from '../../../lambdas/tools/tool.ts';
import { subjectFor } from '../../fixtures/subjects.ts';
import type { ApiServer } from '../api-server.ts';
import type { Check } from '../check.ts';
import { CLUSTER, create, pod, sessionOf, SHOP } from '../cluster.ts';
import { readerOf } from '../observed/set-up.ts';
import { budget, setsStatus } from './eviction.ts';

const { manifest } = tool;

/** Only calls of the manifest are sent. */
const only = (cloud: Cloud, calls: readonly ProviderCall[]): Cloud => ({
  ...cloud,
  send(request) {
    const { service, command } = request;
    assert(
      calls.some((one) => one.service === service && one.command === command),
      `${service}: ${command} is not in the manifest`,
    );
    return cloud.send(request);
  },
});

/** What the tool is given: whoever reads, and the session of the change role for this Pod. */
const contextOf = (server: ApiServer) => ({
  cloud: only(readerOf(server), manifest.reads),
  clock: systemClock,
  subject: subjectFor(),
});
const changing = (server: ApiServer, mode: string, { target }: Change) => {
  const uid = 'uid' in target ? (target.uid ?? '') : '';
  const change = only(sessionOf(server, mode, manifest.name, uid, 'of the tools'), manifest.changes);
  return { ...contextOf(server), change };
};

const restart = (name: string) => ({ cluster: CLUSTER, namespace: SHOP, name, why: 'Its threads hang on a lock.' });

const proposed = async (server: ApiServer, name: string): Promise<Change> => {
  const input = restart(name);
  const { target, state } = await tool.describe(input, contextOf(server));
  return { input, target, before: state, after: tool.predict(input, state) };
};

const labelled = (name: string) => ({ pod: name });

/** A ReplicaSet that wants so many Pods, as its controller would report it. */
const replicaSet = async ({ admin }: ApiServer, name: string, ready: number) => {
  const template = { metadata: { labels: labelled(name) }, spec: { containers: [{ name: 'web', image: 'x' }] } };
  const { metadata } = await create(admin, 'apps/v1', 'replicasets', {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { namespace: SHOP, name },
    spec: { replicas: 2, selector: { matchLabels: labelled(name) }, template },
  });
  await admin.send(setsStatus('apps/v1', 'replicasets', name, { replicas: 2, readyReplicas: ready }));
  return { apiVersion: 'apps/v1', kind: 'ReplicaSet', name, uid: metadata.uid, controller: true };
};

/** A Pod of a ReplicaSet on a node, whose kubelet has not to be asked before it is ready. */
const ownedPod = async ({ admin }: ApiServer, name: string, owner: JsonObject & { readonly name: string }) => {
  const plain = pod(SHOP, name);
  const metadata = { namespace: SHOP, name, labels: labelled(owner.name), ownerReferences: [owner] };
  const volumes = [{ name: 'scratch', emptyDir: {} }];
  const spec = {
    ...JsonObject.parse(plain['spec']),
    nodeName: 'node-observed',
    volumes,
    terminationGracePeriodSeconds: 20,
  };
  await create(admin, 'v1', 'pods', { ...plain, metadata, spec });
  const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
  await admin.send(setsStatus('v1', 'pods', name, status));
};

/** As the kubelet does when the containers of a Pod that is being deleted have stopped. */
const stopped = ({ admin }: ApiServer, name: string) =>
  admin.send({
    service: 'v1',
    command: 'delete pods',
    input: { namespace: SHOP, name, query: { gracePeriodSeconds: 0 } },
  });

/** The tool itself on a real API server, under the generated rights alone. */
export const RESTART_POD_CHECKS: readonly Check[] = [
  {
    promise: 'restart_pod evicts a Pod, waits for it and for the new one, and evicts nothing twice',
    async run(server) {
      const owner = await replicaSet(server, 'queue', 2);
      await ownedPod(server, 'queue-a', owner);
      await ownedPod(server, 'queue-b', owner);
      const change = await proposed(server, 'queue-a');
      assert.deepEqual(await tool.facts(change, contextOf(server)), {
        fleetSize: 2,
        fleetAffectedPercent: 50,
        inServiceAfter: 1,
        downtimeSeconds: 0,
      });
      assert.match((await tool.losses(change, contextOf(server))).join(), /scratch \(emptyDir\)/);
      const { checks } = await tool.dryRun(change, changing(server, 'dry', change));
      assert.deepEqual(
        checks.map(({ name, outcome }) => [name, outcome]),
        [['evict pod', 'passed']],
      );
      assert.deepEqual((await tool.describe(change.input, contextOf(server))).state, change.before);
      const apply = () => tool.apply(change, changing(server, 'apply', change));
      assert.match((await apply())?.says ?? '', /queue-a is stopping, for which it has 20 s/);
      assert.match((await apply())?.says ?? '', /is stopping/);
      await stopped(server, 'queue-a');
      assert.match((await apply())?.says ?? '', /has not made the new pod yet: 1 of 2 pods/);
      await ownedPod(server, 'queue-c', owner);
      assert.equal(await apply(), undefined);
      const { state } = await tool.describe(change.input, contextOf(server));
      assert.equal(tool.postCondition(change, state).holds, true);
    },
  },
  {
    promise: 'restart_pod leaves alone the Pod that comes back under the old name',
    async run(server) {
      const owner = await replicaSet(server, 'ledger', 1);
      await ownedPod(server, 'ledger-0', owner);
      const change = await proposed(server, 'ledger-0');
      await stopped(server, 'ledger-0');
      await ownedPod(server, 'ledger-0', owner);
      await tool.apply(change, changing(server, 'apply', change));
      const { state } = await tool.describe(change.input, contextOf(server));
      assert.equal(tool.postCondition(change, state).holds, true);
      assert.deepEqual(state, { ...JsonObject.parse(state), gone: false, deleting: false });
    },
  },
  {
    promise: 'restart_pod says which budget refuses, and refuses a Pod under two in words',
    async run(server) {
      const owner = await replicaSet(server, 'tight', 2);
      await ownedPod(server, 'tight-a', owner);
      await budget(server, 'tight', 'tight', 0);
      const change = await proposed(server, 'tight-a');
      const { checks } = await tool.dryRun(change, changing(server, 'dry', change));
      assert.match(
        checks[0]?.detail ?? '',
        /^TooManyRequests: Cannot evict pod .* The disruption budget tight needs 1 healthy pods and has 1 currently\. tight needs every one of 1 pods/,
      );
      await assert.rejects(tool.apply(change, changing(server, 'apply', change)), /tight needs every one/);
      await budget(server, 'tight-too', 'tight', 1);
      const refused = (error: unknown) => error instanceof ToolRefusal && /\(tight, tight-too\)/.test(error.message);
      await assert.rejects(tool.facts(change, contextOf(server)), refused);
    },
  },
  {
    promise: 'of a Pod that is gone, too, a dry run that must be refused proves that the policy is bound',
    async run(server) {
      const uid = '00000000-0000-4000-8000-000000000000';
      const session = sessionOf(server, 'apply', manifest.name, uid, 'of the tools');
      await provesBound(session, { service: 'v1', command: 'create pods/eviction', namespace: SHOP, name: 'gone' });
      const { state } = await tool.describe(restart('gone'), contextOf(server));
      assert.deepEqual(state, { gone: true, deleting: false, uid: null, controller: null });
    },
  },
];
