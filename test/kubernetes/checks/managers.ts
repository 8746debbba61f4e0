import assert from 'node:assert/strict';
import type { Cloud } from '../../../lambdas/contracts/ports.ts';
import { assertDenied, assertRefused, type Check } from '../check.ts';
import type { ApiServer } from '../api-server.ts';
import {
  jsonPatch,
  KubernetesObject,
  readDeployment,
  serverSideApply,
  sessionOf,
  type PatchOperation,
} from '../cluster.ts';

const CPU = '/spec/template/spec/containers/0/resources/requests/cpu';

/** What a chart renders. */
const chart = (name: string, cpu: string) => ({
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        containers: [
          { name: 'web', image: 'example.com/shop:1', resources: { requests: { cpu, memory: '128Mi' } } },
          { name: 'sidecar', image: 'example.com/sidecar:1', resources: { requests: { cpu } } },
        ],
      },
    },
  },
});

const helmApplies = (server: ApiServer, name: string, cpu: string) =>
  server.admin.send(serverSideApply(name, chart(name, cpu), { manager: 'helm' }));

const ofHelm = async (server: ApiServer, name: string) => {
  const { metadata } = KubernetesObject.parse(await helmApplies(server, name, '100m'));
  return metadata.uid;
};

const setsCpu = (name: string, ...more: readonly PatchOperation[]) =>
  jsonPatch(name, [{ op: 'test', path: CPU, value: '100m' }, { op: 'replace', path: CPU, value: '200m' }, ...more]);

/** Removes the entry of a manager, if it is still where it was read. */
const releases = async (cloud: Cloud, name: string, manager: string): Promise<PatchOperation[]> => {
  const { managedFields } = (await readDeployment(cloud, name)).metadata;
  const at = `/metadata/managedFields/${managedFields.findIndex((entry) => entry.manager === manager)}`;
  return [
    { op: 'test', path: `${at}/manager`, value: manager },
    { op: 'remove', path: at },
  ];
};

const managersOf = async (server: ApiServer, name: string): Promise<string[]> =>
  (await readDeployment(server.admin, name)).metadata.managedFields.map(({ manager }) => manager);

/** Our writes leave nobody else a conflict, and take no fields but those that they may change. */
export const MANAGER_CHECKS: readonly Check[] = [
  {
    promise: 'a dry run by server-side apply names the owner of the field',
    async run(server) {
      const uid = await ofHelm(server, 'owned');
      const containers = [{ name: 'web', resources: { requests: { cpu: '200m' } } }];
      const apply = serverSideApply('owned', { spec: { template: { spec: { containers } } } }, { dryRun: true });
      await assertRefused(sessionOf(server, 'dry', 'set_resources', uid), apply, 'Conflict', /conflict with "helm"/);
    },
  },
  {
    promise: 'after our patch and its release, a later apply by Helm meets no conflict',
    async run(server) {
      const uid = await ofHelm(server, 'released');
      const session = sessionOf(server, 'apply', 'set_resources', uid, 'of the tools');
      await session.send(setsCpu('released'));
      const upgrade = serverSideApply('released', chart('released', '300m'), { manager: 'helm' });
      await assertRefused(server.admin, upgrade, 'Conflict', /conflict with "checkrein"/);
      await session.send(jsonPatch('released', await releases(server.admin, 'released', 'checkrein')));
      assert.deepEqual(await managersOf(server, 'released'), ['helm']);
      assert.match(JSON.stringify((await readDeployment(server.admin, 'released')).spec), /"cpu":"200m"/);
      await server.admin.send(upgrade);
    },
  },
  {
    promise: 'a release may be dry-run, and is refused as a real call in a dry-run session',
    async run(server) {
      const uid = await ofHelm(server, 'dry-released');
      await sessionOf(server, 'apply', 'set_resources', uid).send(setsCpu('dry-released'));
      const release = await releases(server.admin, 'dry-released', 'checkrein');
      const session = sessionOf(server, 'dry', 'set_resources', uid);
      await session.send(jsonPatch('dry-released', release, { dryRun: true }));
      await assertDenied(session, jsonPatch('dry-released', release), /may only make dry runs/);
    },
  },
  {
    promise: 'the managed fields of anybody else are not released, alone or beside a change',
    async run(server) {
      const uid = await ofHelm(server, 'kept');
      const session = sessionOf(server, 'apply', 'set_resources', uid);
      const release = await releases(server.admin, 'kept', 'helm');
      const reset: PatchOperation = { op: 'replace', path: '/metadata/managedFields', value: [{}] };
      for (const patch of [
        jsonPatch('kept', release),
        setsCpu('kept', ...release),
        jsonPatch('kept', [reset]),
        setsCpu('kept', reset),
      ])
        await assertDenied(session, patch, /set_resources may change only/);
      assert.deepEqual(await managersOf(server, 'kept'), ['helm']);
    },
  },
  {
    promise: 'nobody is made the manager of a field by our write',
    async run(server) {
      const uid = await ofHelm(server, 'forged');
      const { managedFields } = (await readDeployment(server.admin, 'forged')).metadata;
      const forged = { ...managedFields[0], manager: 'argocd', operation: 'Apply' };
      const adds: PatchOperation = { op: 'add', path: '/metadata/managedFields/-', value: forged };
      await assertDenied(sessionOf(server, 'apply', 'set_resources', uid), setsCpu('forged', adds), /may change only/);
    },
  },
  {
    promise: 'a release may not hide a change of another field',
    async run(server) {
      const uid = await ofHelm(server, 'hidden');
      const session = sessionOf(server, 'apply', 'set_resources', uid);
      await session.send(setsCpu('hidden'));
      const release = await releases(server.admin, 'hidden', 'checkrein');
      const scale: PatchOperation = { op: 'replace', path: '/spec/replicas', value: 0 };
      await assertDenied(session, jsonPatch('hidden', [...release, scale]), /may change only/);
    },
  },
];
