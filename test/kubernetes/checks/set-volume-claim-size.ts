import assert from 'node:assert/strict';
import { CLUSTER_GROUPS } from '../../../lambdas/contracts/clusters.ts';
import type { Json } from '../../../lambdas/contracts/json.ts';
import { tool } from '../../../lambdas/tools/set-volume-claim-size/tool.ts';
import type { ApiServer } from '../api-server.ts';
import { assertDenied, assertRefused, type Check } from '../check.ts';
import { create, sessionOf, SHOP } from '../cluster.ts';
import { ObjectRun, outcomesOf, patchOf } from '../object-run.ts';

const OF = {
  service: 'v1',
  resource: 'persistentvolumeclaims',
  kind: 'PersistentVolumeClaim',
  namespace: SHOP,
} as const;
const STORAGE = 'storage.k8s.io/v1';
const made = new Set<string>();

/** A class, once. */
const classNamed = async ({ admin }: ApiServer, name: string, allowVolumeExpansion: boolean): Promise<void> => {
  if (made.has(name)) return;
  made.add(name);
  const body = { apiVersion: STORAGE, kind: 'StorageClass', metadata: { name }, provisioner: 'ebs.csi.aws.com' };
  await create(admin, STORAGE, 'storageclasses', { ...body, allowVolumeExpansion });
};

/** A bound claim of 10 GiB. No controller runs that would bind it, or grow it. */
const started = async (server: ApiServer, name: string, expandable = true): Promise<ObjectRun> => {
  const storageClassName = expandable ? 'grows' : 'fixed';
  await classNamed(server, storageClassName, expandable);
  const run = new ObjectRun(server, tool, OF, name);
  const resources = { requests: { storage: '10Gi' } };
  await run.start({
    spec: { accessModes: ['ReadWriteOnce'], storageClassName, volumeName: `pv-${name}`, resources },
  });
  await run.writes({ status: { phase: 'Bound', capacity: { storage: '10Gi' } } }, '/status');
  return run;
};

const sizePatch = (name: string, value: string) =>
  patchOf(OF.service, OF.resource, { namespace: SHOP, name }, [
    { op: 'replace', path: '/spec/resources/requests/storage', value },
  ]);

/** The tool itself, on the real server. */
export const SET_VOLUME_CLAIM_SIZE_CHECKS: readonly Check[] = [
  {
    promise: 'set_volume_claim_size grows a claim, waits for its volume, and leaves nothing else changed',
    async run(server) {
      const run = await started(server, 'claim-grows');
      const { spec } = await run.object();
      const change = await run.proposed({ size: '16384Mi' });
      const { growPercent, storageGiBAdded } = await tool.facts(change, run.context);
      assert.deepEqual([growPercent, storageGiBAdded], [60, 6]);
      const { checks } = await run.dryRun(change);
      assert.deepEqual(outcomesOf(checks), [
        ['field owners', 'warning'],
        ['patch persistentvolumeclaims', 'passed'],
      ]);
      assert.match(checks[0]?.detail ?? '', /^kubectl-create manages spec\.resources\.requests\.storage/);
      const waits = await run.apply(change);
      assert.equal(waits?.says, 'claim-grows asks for 16Gi and has 10Gi so far.');
      await run.writes({ status: { capacity: { storage: '16Gi' } } }, '/status');
      await run.applies(change);
      assert.deepEqual((await run.object()).spec, { ...spec, resources: { requests: { storage: '16Gi' } } });
    },
  },
  {
    promise: 'set_volume_claim_size reads the conditions of a resize as the server keeps them',
    async run(server) {
      const run = await started(server, 'claim-waits');
      const change = await run.proposed({ size: '20Gi' });
      await run.apply(change);
      const at = new Date(Date.now() - 600_000).toISOString();
      const pending = { type: 'FileSystemResizePending', status: 'True', lastTransitionTime: at };
      await run.writes({ status: { conditions: [pending] } }, '/status');
      await run.applies(change);
      const failed = { type: 'ControllerResizeError', status: 'True', message: 'at its limit', lastTransitionTime: at };
      const statuses = { storage: 'ControllerResizeInfeasible' };
      await run.writes(
        {
          status: {
            conditions: [failed],
            allocatedResources: { storage: '20Gi' },
            allocatedResourceStatuses: statuses,
          },
        },
        '/status',
      );
      await assert.rejects(run.apply(change), /cannot make it 20Gi: "at its limit"/);
    },
  },
  {
    promise:
      'the server itself refuses what set_volume_claim_size refuses: a smaller claim, and a class without expansion',
    async run(server) {
      await started(server, 'claim-small');
      await assertRefused(
        server.admin,
        sizePatch('claim-small', '9Gi'),
        'Invalid',
        /is invalid: spec\.resources\.requests\.storage: Forbidden: field can not be less than status\.capacity$/,
      );
      const volume = { op: 'replace', path: '/spec/volumeName', value: 'pv-other' };
      await assertRefused(
        server.admin,
        patchOf(OF.service, OF.resource, { namespace: SHOP, name: 'claim-small' }, [volume]),
        'Invalid',
        /spec: Forbidden: spec is immutable after creation except resources\.requests and volumeAttributesClassName for bound claims/,
      );
      const fixed = await started(server, 'claim-fixed', false);
      await assertRefused(
        server.admin,
        sizePatch('claim-fixed', '20Gi'),
        'Forbidden',
        /^persistentvolumeclaims "claim-fixed" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize$/,
      );
      const change = await fixed.proposed({ size: '20Gi' });
      await assert.rejects(
        tool.facts(change, fixed.context),
        /StorageClass fixed of claim-fixed does not allow expansion/,
      );
      const { checks } = await fixed.dryRun(change);
      assert.deepEqual(outcomesOf(checks).at(1), ['patch persistentvolumeclaims', 'refused']);
    },
  },
  {
    promise: 'a session of set_volume_claim_size may write nothing but the size, and classes are read one by name',
    async run(server) {
      const run = await started(server, 'claim-only');
      const session = await run.session('apply');
      const others: readonly (readonly [string, Json])[] = [
        ['/metadata/labels', { app: 'other' }],
        ['/metadata/finalizers', []],
        ['/metadata/annotations', { 'example.com/note': 'other' }],
      ];
      for (const [path, value] of others) {
        const patch = patchOf(OF.service, OF.resource, { namespace: SHOP, name: 'claim-only' }, [
          { op: 'add', path, value },
        ]);
        await assertDenied(session, patch, /set_volume_claim_size may change only spec\.resources\.requests\.storage/);
      }
      const username = 'arn:aws:sts::123456789012:assumed-role/observe/inc-1';
      const reader = server.as({ username, groups: [CLUSTER_GROUPS.read] });
      const list = { service: STORAGE, command: 'list storageclasses', input: {} };
      await reader.send({ ...list, command: 'get storageclasses', input: { name: 'grows' } });
      await assertRefused(reader, list, 'Forbidden', /cannot list resource "storageclasses"/);
      const patch = patchOf(STORAGE, 'storageclasses', { name: 'grows' }, [
        { op: 'replace', path: '/allowVolumeExpansion', value: false },
      ]);
      const { uid } = (await run.object()).metadata;
      const withRights = (rights: 'of the tools' | 'everything') =>
        sessionOf(server, 'apply', tool.manifest.name, uid, rights);
      await assertRefused(withRights('of the tools'), patch, 'Forbidden', /cannot patch resource "storageclasses"/);
      await assertDenied(withRights('everything'), patch, /set_volume_claim_size does not UPDATE storageclasses/);
    },
  },
];
