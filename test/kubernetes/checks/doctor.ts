import assert from 'node:assert/strict';
import { POLICY_NAME } from '../../../lambdas/providers/kubernetes/admission/policy.ts';
import { provesBound } from '../../../lambdas/providers/kubernetes/admission/proves-bound.ts';
import { callOf } from '../../../lambdas/providers/kubernetes/call.ts';
import { testCluster, type AskedCluster } from '../../../lambdas/providers/kubernetes/cluster-test.ts';
import { NO_UID } from '../../../lambdas/providers/kubernetes/doctor.ts';
import type { NamespaceTools } from '../../../lambdas/providers/kubernetes/permissions.ts';
import { CLUSTER_GROUPS } from '../../../lambdas/contracts/clusters.ts';
import { pollUntil } from '../../e2e/progress.ts';
import type { ApiServer } from '../api-server.ts';
import type { Check } from '../check.ts';
import { failureOf } from '../client.ts';
import { BANK, CLUSTER, newDeployment, readDeployment, sessionOf, SHOP } from '../cluster.ts';
import { OBSERVED } from '../observed/objects.ts';
import { CLUSTER_OBSERVE_TOOLS, readerOf } from '../observed/set-up.ts';
import { TOOLS } from '../tools.ts';

const READS = CLUSTER_OBSERVE_TOOLS.map(({ manifest }) => manifest);
const [EVICTS, ...OTHERS] = TOOLS;
/** Those that patch what `LISTS` lists. */
const PATCHES = OTHERS.filter(({ changes }) => changes.some(({ command }) => command === 'patch deployments'));
/** A tool that lists Deployments, so that there is one to prove the policy on. */
const LISTS = READS.filter(({ name }) => name === 'recent_cluster_changes');

/** The cluster as the change zone would ask it: reads of the read group, and sessions with the rights of the tools. */
const asked = (server: ApiServer, ...namespaces: readonly NamespaceTools[]): AskedCluster => ({
  name: CLUSTER,
  namespaces,
  version: () => server.version({ username: 'somebody', groups: [CLUSTER_GROUPS.read] }),
  // In the shop the read group has the reads of set_resources only.
  read: (request) => (request.input['namespace'] === SHOP ? server.admin : readerOf(server)).send(request),
  prove: async ({ name: tool, changes }, { namespace, kind, name }) => {
    const call = changes.find((one) => callOf(one).resource === kind);
    assert(call !== undefined);
    const { service, command } = call;
    await provesBound(sessionOf(server, 'dry', tool, NO_UID, 'of the tools'), { service, command, namespace, name });
  },
});

/** What `checkrein doctor` says of a cluster that is ready, and of one that lacks something. */
export const DOCTOR_CHECKS: readonly Check[] = [
  {
    promise: 'the doctor finds a cluster ready: any user may read its version, and every read of the tools is allowed',
    async run(server) {
      const { outcome, says } = await testCluster(asked(server, { namespace: OBSERVED, tools: READS }));
      assert.match(says, /^Kubernetes v1\.\d+\.\d+ answers\. The reads of observed are allowed\.$/);
      assert.equal(outcome, 'ok');
    },
  },
  {
    promise:
      'the doctor proves the policy by an eviction of a Pod that does not exist, and by patches that change nothing',
    async run(server) {
      const { name, resourceVersion } = await newDeployment(server);
      for (const tools of [[EVICTS], ...PATCHES.map((tool) => [tool, ...LISTS])]) {
        const { outcome, says } = await testCluster(asked(server, { namespace: SHOP, tools }));
        assert.match(says, /The admission policy is bound in shop/);
        assert.equal(outcome, 'ok', says);
      }
      assert.equal((await readDeployment(server.admin, name)).metadata.resourceVersion, resourceVersion);
    },
  },
  {
    promise: 'the doctor says which namespace RBAC does not let the read group into',
    async run(server) {
      const { outcome, says, advice } = await testCluster(asked(server, { namespace: BANK, tools: READS }));
      assert.equal(outcome, 'fail');
      assert.match(says, /In the namespace bank, the group checkrein:read may not read anything that its tools need/);
      assert.match(advice, /checkrein kubernetes manifests --cluster test/);
    },
  },
];

const UNBIND = {
  service: 'admissionregistration.k8s.io/v1',
  command: 'delete validatingadmissionpolicybindings',
  input: { name: POLICY_NAME },
};

/** What the doctor says of a cluster without the binding. Runs last: it deletes it. */
export const UNBOUND_CHECKS: readonly Check[] = [
  {
    promise: 'the doctor says that the policy is not bound, and the dry run by which it knows changes nothing',
    async run(server) {
      // An earlier check may have deleted it.
      await failureOf(server.admin, UNBIND);
      const { name, resourceVersion } = await newDeployment(server);
      const verdict = await pollUntil('the doctor to see it', async () => {
        const found = await testCluster(asked(server, { namespace: SHOP, tools: [...PATCHES, ...LISTS] }));
        return found.outcome === 'fail' ? found : undefined;
      });
      assert.match(
        verdict.says,
        /^The admission policy checkrein-one-change is not bound: the cluster accepted a dry run/,
      );
      assert.match(verdict.advice, /checkrein kubernetes manifests --cluster test/);
      assert.equal((await readDeployment(server.admin, name)).metadata.resourceVersion, resourceVersion);
      const evicts = await testCluster(asked(server, { namespace: SHOP, tools: [EVICTS] }));
      assert.match(evicts.says, /not proved that the admission policy .* failed with NotFound/);
      assert.equal(evicts.outcome, 'fail');
    },
  },
];
