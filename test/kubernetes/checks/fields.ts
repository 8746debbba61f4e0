import assert from 'node:assert/strict';
import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import { assertDenied, type Check } from '../check.ts';
import { jsonPatch, newDeployment, readDeployment, serverSideApply, sessionOf } from '../cluster.ts';

const WEB = '/spec/template/spec/containers/0';
const RESTARTED = '/spec/template/metadata/annotations';

const allowed: readonly [tool: string, path: string, value: JsonObject | number | string][] = [
  ['set_resources', `${WEB}/resources/requests/cpu`, '200m'],
  ['set_resources', `${WEB}/resources`, {}],
  ['scale_workload', '/spec/replicas', 3],
  ['restart_rollout', RESTARTED, { 'checkrein.dev/restarted': 'sha256:0' }],
  ['undo_rollout', `${WEB}/image`, 'example.com/shop:0'],
];

const refused: readonly [tool: string, path: string, value: JsonObject | number | string | boolean][] = [
  ['set_resources', `${WEB}/image`, 'example.com/evil:1'],
  ['set_resources', `${WEB}/name`, 'other'],
  ['set_resources', `${WEB}/env/0/value`, 'off'],
  ['set_resources', `${WEB}/resources/limits/cpu`, '500m'],
  ['set_resources', `${WEB}/resources/requests/ephemeral-storage`, '1Gi'],
  ['set_resources', `${WEB}/command`, { 0: 'sh' }],
  ['set_resources', '/spec/template/spec/containers/-', { name: 'third', image: 'example.com/evil:1' }],
  ['set_resources', '/spec/template/spec/initContainers', { 0: {} }],
  ['set_resources', '/spec/replicas', 0],
  ['set_resources', '/spec/paused', true],
  ['scale_workload', `${WEB}/resources/requests/cpu`, '1'],
  ['restart_rollout', RESTARTED, { 'example.com/other': 'yes' }],
  ['restart_rollout', RESTARTED, { 'kubectl.kubernetes.io/restartedAt': '2026-01-01T00:00:00Z' }],
  ['restart_rollout', `${WEB}/image`, 'example.com/shop:0'],
  ['undo_rollout', '/spec/replicas', 0],
  ['undo_rollout', '/metadata/labels', { app: 'other' }],
  ['scale_workload', '/metadata/finalizers', { 0: 'example.com/never' }],
  ['scale_workload', '/metadata/annotations', { 'example.com/note': 'yes' }],
];

/** A list is written here as an object with the keys 0, 1, …. */
const listOf = (value: JsonObject | number | string | boolean) =>
  typeof value === 'object' && '0' in value
    ? Object.values(value).map((one) => (typeof one === 'object' ? { name: 'init', image: 'example.com/evil:1' } : one))
    : value;

const admits: readonly Check[] = allowed.map(([tool, path, value]) => ({
  promise: `${tool} may write ${path}, in a dry run and really`,
  async run(server) {
    const { name, uid, resourceVersion } = await newDeployment(server);
    const write = [{ op: 'add', path, value }] as const;
    await sessionOf(server, 'dry', tool, uid).send(jsonPatch(name, write, { dryRun: true }));
    const untouched = await readDeployment(server.admin, name);
    assert.equal(untouched.metadata.resourceVersion, resourceVersion);
    await sessionOf(server, 'apply', tool, uid, 'of the tools').send(jsonPatch(name, write));
    const changed = await readDeployment(server.admin, name);
    assert.notEqual(changed.metadata.resourceVersion, resourceVersion);
  },
}));

const refuses: readonly Check[] = refused.map(([tool, path, value]) => ({
  promise: `${tool} may not write ${path}`,
  async run(server) {
    const { name, uid } = await newDeployment(server);
    const patch = jsonPatch(name, [{ op: 'add', path, value: listOf(value) }]);
    for (const mode of ['apply', 'undo'])
      await assertDenied(sessionOf(server, mode, tool, uid), patch, new RegExp(`Checkrein: ${tool} may change only`));
  },
}));

const THIRD = { name: 'third', image: 'example.com/third:1' };

/** Removed right after we wrote it ourselves, so that no other manager of fields stands in the way. */
const REMOVED: readonly [path: string, value: JsonObject | number | string][] = [
  [`${WEB}/workingDir`, '/srv'],
  ['/spec/template/spec/containers/2', THIRD],
  ['/spec/minReadySeconds', 5],
  ['/spec/template/metadata/labels/more', 'yes'],
  ['/metadata/labels/more', 'yes'],
];

const removals: readonly Check[] = REMOVED.map(([path, value]) => ({
  promise: `set_resources may not remove ${path}`,
  async run(server) {
    const { name, uid } = await newDeployment(server);
    await server.admin.send(jsonPatch(name, [{ op: 'add', path, value }]));
    const session = sessionOf(server, 'apply', 'set_resources', uid);
    await assertDenied(session, jsonPatch(name, [{ op: 'remove', path }]), /set_resources may change only/);
  },
}));

const applies: Check = {
  promise: 'a dry run by server-side apply answers the predicted object and adds no container',
  async run(server) {
    const { name, uid } = await newDeployment(server);
    const session = sessionOf(server, 'dry', 'set_resources', uid);
    const body = {
      spec: { template: { spec: { containers: [{ name: 'web', resources: { limits: { memory: '300Mi' } } }] } } },
    };
    // Of what another manager owns, the server would answer a conflict.
    await server.admin.send(jsonPatch(name, [{ op: 'remove', path: `${WEB}/resources/limits/memory` }]));
    const predicted = await session.send(serverSideApply(name, body, { dryRun: true }));
    assert.match(JSON.stringify(predicted), /"limits":\{"memory":"300Mi"\},"requests":\{"cpu":"100m"/);
    const added = {
      spec: { template: { spec: { containers: [{ name: 'unknown', image: 'example.com/evil:1', resources: {} }] } } },
    };
    await assertDenied(session, serverSideApply(name, added, { dryRun: true }), /set_resources may change only/);
  },
};

const large: Check = {
  promise: 'a Deployment of ten containers with a hundred variables each is within the cost limit of a policy',
  async run(server) {
    const env = Array.from({ length: 100 }, (_, index) => ({ name: `VARIABLE_${index}`, value: 'x'.repeat(50) }));
    const containers = Array.from({ length: 10 }, (_, index) => ({
      name: `c${index}`,
      image: 'example.com/shop:1',
      env,
    }));
    const { name, uid } = await newDeployment(server);
    const replaced = { op: 'replace', path: '/spec/template/spec/containers', value: containers } as const;
    const grown = jsonPatch(name, [replaced]);
    await server.admin.send({ ...grown, input: { ...grown.input, query: { fieldManager: 'helm' } } });
    const last = '/spec/template/spec/containers/9';
    const session = sessionOf(server, 'apply', 'set_resources', uid);
    await session.send(jsonPatch(name, [{ op: 'add', path: `${last}/resources`, value: { requests: { cpu: '1' } } }]));
    const evil = jsonPatch(name, [{ op: 'replace', path: `${last}/env/99/value`, value: 'y' }]);
    await assertDenied(session, evil, /set_resources may change only/);
  },
};

/** Which fields each operation may write. */
export const FIELD_CHECKS: readonly Check[] = [...admits, ...refuses, ...removals, applies, large];
