import assert from 'node:assert/strict';
import { tool } from '../../../lambdas/tools/patch-config-map-key/tool.ts';
import { assertDenied, assertRefused, type Check } from '../check.ts';
import { create, pod, SHOP } from '../cluster.ts';
import { ObjectRun, outcomesOf, patchOf } from '../object-run.ts';

const OF = { service: 'v1', resource: 'configmaps', kind: 'ConfigMap', namespace: SHOP } as const;
const FLAGS = { namespace: SHOP, name: 'flags' };

/** The tool itself, on the real server. The agent of these checks is granted one key, `new_basket` of `flags`. */
export const PATCH_CONFIG_MAP_KEY_CHECKS: readonly Check[] = [
  {
    promise: 'patch_config_map_key sets one key, says who needs a restart, and its undo leaves the very object',
    async run(server) {
      const run = new ObjectRun(server, tool, OF, 'flags');
      const data = { new_basket: 'on', other: 'x' };
      await run.start({ data });
      const env = [{ name: 'NEW', valueFrom: { configMapKeyRef: { name: 'flags', key: 'new_basket' } } }];
      const containers = [{ name: 'web', image: 'example.com/shop:1', env }];
      await create(server.admin, 'v1', 'pods', { ...pod(SHOP, 'reads-flags'), spec: { containers } });
      const change = await run.proposed({ key: 'new_basket', value: 'off' });
      assert.equal((await tool.facts(change, run.context)).fleetSize, 1);
      const { checks } = await run.dryRun(change);
      assert.deepEqual(outcomesOf(checks), [
        ['field owners', 'warning'],
        ['patch configmaps', 'passed'],
        ['last write', 'passed'],
        ['pods that read it', 'warning'],
      ]);
      assert.match(checks[2]?.detail ?? '', /^By kubectl-create \(Update\), which last wrote this ConfigMap at /);
      assert.match(checks[3]?.detail ?? '', /^Only after a restart .*: Pod reads-flags\.$/);
      await run.applies(change);
      assert.deepEqual((await run.object())['data'], { ...data, new_basket: 'off' });
      await run.applies(run.undoing(change), 'undo');
      assert.deepEqual((await run.object())['data'], data);
    },
  },
  {
    promise: 'the cluster lets a session of patch_config_map_key write no other key, and of no other ConfigMap',
    async run(server) {
      const run = new ObjectRun(server, tool, OF, 'flags');
      const session = await run.session('apply');
      for (const [path, value] of [
        ['/data/other', 'y'],
        ['/data/added', 'y'],
        ['/metadata/labels', { app: 'other' }],
        ['/immutable', true],
      ] as const) {
        const patch = patchOf(OF.service, OF.resource, FLAGS, [{ op: 'add', path, value }]);
        await assertDenied(session, patch, /patch_config_map_key may change only data\["new_basket"\] of configmaps/);
      }
      const other = new ObjectRun(server, tool, OF, 'secrets-in-it');
      await other.start({ data: { new_basket: 'on' } });
      const patch = patchOf(OF.service, OF.resource, { namespace: SHOP, name: 'secrets-in-it' }, []);
      await assertRefused(await other.session('apply'), patch, 'Forbidden', /cannot patch resource "configmaps"/);
      const get = { service: 'v1', command: 'get configmaps', input: { namespace: SHOP, name: 'secrets-in-it' } };
      await assertRefused(other.context.cloud, get, 'Forbidden', /cannot get resource "configmaps"/);
    },
  },
];
