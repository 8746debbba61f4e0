import assert from 'node:assert/strict';
import { tool } from '../../../lambdas/tools/set-cron-suspended/tool.ts';
import type { ApiServer } from '../api-server.ts';
import { assertDenied, type Check } from '../check.ts';
import { SHOP } from '../cluster.ts';
import { ObjectRun, outcomesOf, patchOf } from '../object-run.ts';

const OF = { service: 'batch/v1', resource: 'cronjobs', kind: 'CronJob', namespace: SHOP } as const;

const started = async (server: ApiServer, name: string): Promise<ObjectRun> => {
  const run = new ObjectRun(server, tool, OF, name);
  const containers = [{ name: 'report', image: 'example.com/report:1' }];
  const template = { spec: { containers, restartPolicy: 'Never' } };
  await run.start({ spec: { schedule: '0 2 * * *', jobTemplate: { spec: { template } } } });
  return run;
};

/** The tool itself, on the real server. */
export const SET_CRON_SUSPENDED_CHECKS: readonly Check[] = [
  {
    promise: 'set_cron_suspended suspends a CronJob, leaves its running Jobs, and its undo leaves the very object',
    async run(server) {
      const run = await started(server, 'nightly');
      await run.writes({ status: { active: [{ name: 'nightly-1', namespace: SHOP }] } }, '/status');
      const { spec } = await run.object();
      const change = await run.proposed({ suspended: true });
      const { fleetSize, inServiceAfter } = await tool.facts(change, run.context);
      assert.deepEqual([fleetSize, inServiceAfter], [1, 1]);
      const { checks, disruption } = await run.dryRun(change);
      assert.deepEqual(outcomesOf(checks), [
        ['field owners', 'warning'],
        ['patch cronjobs', 'passed'],
      ]);
      assert.match(disruption.says, /1 Job of it runs and will not be touched/);
      await run.applies(change);
      assert.deepEqual((await run.object()).spec, { ...spec, suspend: true });
      await run.applies(run.undoing(change), 'undo');
      assert.deepEqual((await run.object()).spec, spec);
    },
  },
  {
    promise: 'a session of set_cron_suspended may not change what a CronJob runs, or when',
    async run(server) {
      const run = await started(server, 'nightly-only');
      const session = await run.session('apply');
      for (const [path, value] of [
        ['/spec/schedule', '* * * * *'],
        ['/spec/jobTemplate/spec/template/spec/containers/0/image', 'example.com/evil:1'],
      ] as const) {
        const operation = { op: 'replace', path, value };
        const patch = patchOf(OF.service, OF.resource, { namespace: SHOP, name: 'nightly-only' }, [operation]);
        await assertDenied(session, patch, /set_cron_suspended may change only spec\.suspend of cronjobs/);
      }
    },
  },
];
