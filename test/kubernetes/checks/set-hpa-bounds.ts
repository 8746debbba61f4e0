import assert from 'node:assert/strict';
import { tool } from '../../../lambdas/tools/set-hpa-bounds/tool.ts';
import { assertDenied, type Check } from '../check.ts';
import { newDeployment, SHOP } from '../cluster.ts';
import { ObjectRun, outcomesOf, patchOf } from '../object-run.ts';
import type { ApiServer } from '../api-server.ts';

const OF = {
  service: 'autoscaling/v2',
  resource: 'horizontalpodautoscalers',
  kind: 'HorizontalPodAutoscaler',
  namespace: SHOP,
} as const;

/** An autoscaler of a Deployment with two pods. */
const started = async (server: ApiServer, name: string): Promise<ObjectRun> => {
  const scaled = await newDeployment(server);
  const run = new ObjectRun(server, tool, OF, name);
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: scaled.name };
  const resource = { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } };
  await run.start({
    spec: { minReplicas: 2, maxReplicas: 6, scaleTargetRef, metrics: [{ type: 'Resource', resource }] },
  });
  // No controller runs that would count the pods.
  await server.admin.send({
    service: 'apps/v1',
    command: 'patch deployments/status',
    input: {
      namespace: SHOP,
      name: scaled.name,
      contentType: 'application/merge-patch+json',
      body: { status: { observedGeneration: 1, replicas: 2, readyReplicas: 2, updatedReplicas: 2 } },
    },
  });
  return run;
};

/** The tool itself, on the real server. */
export const SET_HPA_BOUNDS_CHECKS: readonly Check[] = [
  {
    promise: 'set_hpa_bounds sets both bounds of an autoscaler, and its undo leaves the very object',
    async run(server) {
      const run = await started(server, 'bounds-both');
      const { spec } = await run.object();
      const change = await run.proposed({ minReplicas: 1, maxReplicas: 9 });
      const { cutPercent, growPercent, fleetSize } = await tool.facts(change, run.context);
      assert.deepEqual([cutPercent, growPercent, fleetSize], [50, 50, 2]);
      const { checks } = await run.dryRun(change);
      assert.deepEqual(outcomesOf(checks), [
        ['field owners', 'warning'],
        ['patch horizontalpodautoscalers', 'passed'],
      ]);
      assert.match(
        checks[0]?.detail ?? '',
        /^kubectl-create manages spec\.maxReplicas; kubectl-create manages spec\.min/,
      );
      await run.applies(change);
      assert.deepEqual((await run.object()).spec, { ...spec, minReplicas: 1, maxReplicas: 9 });
      await run.applies(run.undoing(change), 'undo');
      assert.deepEqual((await run.object()).spec, spec);
    },
  },
  {
    promise: 'set_hpa_bounds waits for a controller to follow a new minimum',
    async run(server) {
      const run = await started(server, 'bounds-wait');
      const waits = await run.apply(await run.proposed({ minReplicas: 4 }));
      assert.match(waits?.says ?? 'nothing', /should have 2 pods; bounds-wait has not brought it to 4 to 6 pods yet/);
    },
  },
  {
    promise: 'a session of set_hpa_bounds may write nothing but the bounds',
    async run(server) {
      const run = await started(server, 'bounds-only');
      const session = await run.session('apply');
      for (const [path, value] of [
        ['/spec/metrics/0/resource/target/averageUtilization', 5],
        ['/spec/scaleTargetRef/name', 'other'],
        ['/metadata/labels', { app: 'other' }],
      ] as const) {
        const operation = { op: 'add', path, value };
        const patch = patchOf(OF.service, OF.resource, { namespace: SHOP, name: 'bounds-only' }, [operation]);
        await assertDenied(session, patch, /set_hpa_bounds may change only spec\.minReplicas, spec\.maxReplicas/);
      }
    },
  },
];
