import { assertDenied, assertRefused, type Check } from '../check.ts';
import { BANK, jsonPatch, newDeployment, serverSideApply, sessionOf, SHOP } from '../cluster.ts';

const SCALE = [{ op: 'replace', path: '/spec/replicas', value: 3 }] as const;
const OTHER_UID = '00000000-0000-4000-8000-000000000000';

const deletes = (service: string, resource: string, name?: string) => ({
  service,
  command: `delete ${resource}`,
  input: { namespace: SHOP, ...(name !== undefined && { name }) },
});

/** A session reaches one object, by the calls of one operation. */
export const TARGET_CHECKS: readonly Check[] = [
  {
    promise: 'a session for one Deployment may not write another',
    async run(server) {
      const [target, other] = [await newDeployment(server), await newDeployment(server)];
      const session = sessionOf(server, 'apply', 'scale_workload', target.uid);
      await assertDenied(session, jsonPatch(other.name, SCALE), /has not the UID .* of the session/);
    },
  },
  {
    promise: 'a session for a Deployment that was deleted may not write its successor of the same name',
    async run(server) {
      const { name } = await newDeployment(server);
      await assertDenied(
        sessionOf(server, 'apply', 'scale_workload', OTHER_UID),
        jsonPatch(name, SCALE),
        /has not the UID/,
      );
    },
  },
  {
    promise: 'a namespace that no agent is granted is refused, although RBAC admits it',
    async run(server) {
      const { name, uid } = await newDeployment(server, BANK);
      const session = sessionOf(server, 'apply', 'scale_workload', uid, 'of the tools');
      await assertDenied(session, jsonPatch(name, SCALE, { namespace: BANK }), /granted the namespace bank/);
    },
  },
  {
    promise: 'a real call in a dry-run session is refused',
    async run(server) {
      const { name, uid } = await newDeployment(server);
      const session = sessionOf(server, 'dry', 'scale_workload', uid, 'of the tools');
      await session.send(jsonPatch(name, SCALE, { dryRun: true }));
      await assertDenied(session, jsonPatch(name, SCALE), /may only make dry runs/);
    },
  },
  {
    promise: 'an operation may not make the call of another one',
    async run(server) {
      const { name, uid } = await newDeployment(server);
      await assertDenied(
        sessionOf(server, 'apply', 'restart_pod', uid),
        jsonPatch(name, SCALE),
        /restart_pod does not UPDATE deployments/,
      );
    },
  },
  {
    promise: 'no session may delete its target',
    async run(server) {
      const { name, uid } = await newDeployment(server);
      const session = sessionOf(server, 'apply', 'scale_workload', uid);
      await assertDenied(session, deletes('apps/v1', 'deployments', name), /does not DELETE deployments/);
    },
  },
  {
    promise: 'a subresource is not its resource',
    async run(server) {
      const { name, uid } = await newDeployment(server);
      const session = sessionOf(server, 'apply', 'scale_workload', uid);
      for (const subresource of ['scale', 'status'])
        await assertDenied(
          session,
          {
            ...jsonPatch(name, [{ op: 'replace', path: '/spec/replicas', value: 1 }]),
            command: `patch deployments/${subresource}`,
          },
          new RegExp(`does not UPDATE deployments/${subresource}`),
        );
    },
  },
  {
    promise: 'a server-side apply creates no object',
    async run(server) {
      const { uid } = await newDeployment(server);
      const body = {
        spec: {
          selector: { matchLabels: { app: 'gone' } },
          template: { metadata: { labels: { app: 'gone' } }, spec: { containers: [{ name: 'web', image: 'x' }] } },
        },
      };
      const session = sessionOf(server, 'apply', 'scale_workload', uid);
      await assertDenied(session, serverSideApply('gone', body), /does not CREATE deployments/);
      const ofTools = sessionOf(server, 'apply', 'scale_workload', uid, 'of the tools');
      await assertRefused(ofTools, serverSideApply('gone', body), 'Forbidden', /cannot create resource/);
    },
  },
  {
    promise: 'a session without mode, operation and UID in its name writes nothing',
    async run(server) {
      const { name, uid } = await newDeployment(server);
      const strange = [
        ['force', 'scale_workload', uid],
        ['apply', 'anything', uid],
        ['apply', 'scale_workload', ''],
        ['apply', 'scale_workload', `${uid}0`],
      ] as const;
      for (const [mode, operation, of] of strange)
        await assertDenied(sessionOf(server, mode, operation, of), jsonPatch(name, SCALE), /is not MODE-OPERATION-UID/);
    },
  },
  {
    promise: 'objects in no namespace are refused, without an error of the policy',
    async run(server) {
      const { uid } = await newDeployment(server);
      const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } };
      const create = { service: 'v1', command: 'create nodes', input: { body: node } };
      await assertDenied(
        sessionOf(server, 'apply', 'scale_workload', uid),
        create,
        /Checkrein: scale_workload does not CREATE/,
      );
    },
  },
  {
    promise: 'what changed since it was read is not written over, so a patch that is sent twice is made once',
    async run(server) {
      const { name, uid, resourceVersion } = await newDeployment(server);
      const session = sessionOf(server, 'apply', 'scale_workload', uid, 'of the tools');
      const version = { op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion } as const;
      const patch = jsonPatch(name, [{ op: 'test', path: '/spec/replicas', value: 2 }, version, ...SCALE]);
      await session.send(patch);
      await assertRefused(session, patch, 'Invalid', /rejected our request/);
      const scaled = jsonPatch(name, [version, { op: 'replace', path: '/spec/replicas', value: 4 }]);
      await assertRefused(session, scaled, 'Conflict', /has been modified/);
    },
  },
];
