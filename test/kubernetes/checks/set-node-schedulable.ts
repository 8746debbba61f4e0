import assert from 'node:assert/strict';
import type { Json } from '../../../lambdas/contracts/json.ts';
import { provesBound } from '../../../lambdas/providers/kubernetes/admission/proves-bound.ts';
import { tool } from '../../../lambdas/tools/set-node-schedulable/tool.ts';
import type { ApiServer } from '../api-server.ts';
import { assertDenied, type Check } from '../check.ts';
import { newDeployment, sessionOf, SHOP } from '../cluster.ts';
import { ObjectRun, outcomesOf, patchOf } from '../object-run.ts';

const OF = { service: 'v1', resource: 'nodes', kind: 'Node', nameField: 'node' } as const;

/** A ready node. No controller runs that would say so, or taint it. */
const started = async (server: ApiServer, name: string): Promise<ObjectRun> => {
  const run = new ObjectRun(server, tool, OF, name);
  await run.start({ spec: { providerID: `test:///${name}` } });
  const Ready = { type: 'Ready', status: 'True', lastTransitionTime: '2026-11-20T09:00:00Z' };
  await run.writes({ status: { conditions: [Ready] } }, '/status');
  // The admission of the server itself says of a new node that it is not ready.
  await run.writes({ spec: { taints: null } });
  return run;
};

/** The tool itself, on the real server. */
export const SET_NODE_SCHEDULABLE_CHECKS: readonly Check[] = [
  {
    promise: 'set_node_schedulable cordons a node, and its undo leaves the very object',
    async run(server) {
      const run = await started(server, 'node-a');
      await started(server, 'node-b');
      const { spec } = await run.object();
      const change = await run.proposed({ schedulable: false });
      const { fleetAffectedPercent, inServiceAfter } = await tool.facts(change, run.context);
      assert.equal(Number(inServiceAfter) > 0 && Number(fleetAffectedPercent) <= 50, true);
      const { checks } = await run.dryRun(change);
      assert.deepEqual(outcomesOf(checks), [
        ['field owners', 'passed'],
        ['patch nodes', 'passed'],
      ]);
      await run.applies(change);
      assert.deepEqual((await run.object()).spec, { ...spec, unschedulable: true });
      const session = await run.session('undo');
      await provesBound(session, { service: 'v1', command: 'patch nodes', namespace: undefined, name: 'node-a' });
      await run.applies(run.undoing(change), 'undo');
      assert.deepEqual((await run.object()).spec, spec);
    },
  },
  {
    promise: 'a session of set_node_schedulable may change nothing else of a node, and no other tool may change one',
    async run(server) {
      const run = await started(server, 'node-c');
      const session = await run.session('apply');
      const patch = (path: string, value: Json) =>
        patchOf('v1', 'nodes', { name: 'node-c' }, [{ op: 'add', path, value }]);
      const taints = patch('/spec/taints', [{ key: 'a', effect: 'NoExecute' }]);
      await assertDenied(session, taints, /set_node_schedulable may change only spec\.unschedulable of nodes/);
      await assertDenied(session, patch('/metadata/labels', { zone: 'b' }), /set_node_schedulable may change only/);
      const { uid } = (await run.object()).metadata;
      const cordon = patchOf('v1', 'nodes', { name: 'node-c' }, [
        { op: 'add', path: '/spec/unschedulable', value: true },
      ]);
      const scaling = sessionOf(server, 'apply', 'scale_workload', uid, 'of the tools');
      await assertDenied(scaling, cordon, /scale_workload does not UPDATE nodes/);
      const web = await newDeployment(server);
      const replicas = { op: 'replace', path: '/spec/replicas', value: 0 };
      const scale = patchOf('apps/v1', 'deployments', { namespace: SHOP, name: web.name }, [replicas]);
      const onNode = sessionOf(server, 'apply', 'set_node_schedulable', web.uid, 'of the tools');
      await assertDenied(onNode, scale, /set_node_schedulable does not UPDATE deployments/);
    },
  },
];
