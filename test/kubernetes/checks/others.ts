import assert from 'node:assert/strict';
import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import type { Cloud, CloudRequest } from '../../../lambdas/contracts/ports.ts';
import { ToolRefusal } from '../../../lambdas/contracts/errors.ts';
import { admissionBinding, POLICY_NAME } from '../../../lambdas/providers/kubernetes/admission/policy.ts';
import { provesBound } from '../../../lambdas/providers/kubernetes/admission/proves-bound.ts';
import { pollUntil } from '../../e2e/progress.ts';
import type { ApiServer } from '../api-server.ts';
import type { Check } from '../check.ts';
import { refusalOf } from '../client.ts';
import { GROUP, jsonPatch, newDeployment, readDeployment, sessionOf, SHOP } from '../cluster.ts';
import { creating, jsonOf, POLICY } from '../set-up.ts';

const ADMISSION = 'admissionregistration.k8s.io/v1';
const BROKEN = 'checkrein-broken';

const deletes = (service: string, resource: string, name: string, namespace?: string): CloudRequest => ({
  service,
  command: `delete ${resource}`,
  input: { name, ...(namespace !== undefined && { namespace }) },
});

let nodes = 0;

/** Writes of every kind, in a namespace and in none. */
const writesEverything = async (server: ApiServer, user: Cloud): Promise<void> => {
  const { name } = await newDeployment(server);
  await user.send(jsonPatch(name, [{ op: 'replace', path: '/spec/replicas', value: 5 }]));
  await user.send(jsonPatch(name, [{ op: 'add', path: '/metadata/labels/team', value: 'shop' }]));
  await user.send({
    ...jsonPatch(name, [{ op: 'replace', path: '/spec/replicas', value: 1 }]),
    command: 'patch deployments/scale',
  });
  await user.send(deletes('apps/v1', 'deployments', name, SHOP));
  nodes += 1;
  const node: JsonObject = { apiVersion: 'v1', kind: 'Node', metadata: { name: `node-${nodes}` } };
  await user.send(creating('v1', 'nodes', node));
  await user.send(deletes('v1', 'nodes', `node-${nodes}`));
};

const othersOf = (server: ApiServer): readonly Cloud[] => [
  server.admin,
  server.as({ username: 'system:serviceaccount:argocd:controller', groups: ['system:masters'] }),
  server.as({
    username: 'arn:aws:sts::123456789012:assumed-role/operators/dry-scale_workload-none',
    groups: ['operators', 'system:masters'],
  }),
];

/** The same policy with a check that fails with an error, which denies under `failurePolicy: Fail`. */
const bindBroken = async (server: ApiServer): Promise<void> => {
  const check = { expression: 'object.nothing.at.all == 1', message: 'Checkrein: never said' };
  const policy = { ...POLICY, metadata: { name: BROKEN }, spec: { ...POLICY.spec, validations: [check] } };
  const binding = {
    ...admissionBinding(),
    metadata: { name: BROKEN },
    spec: { policyName: BROKEN, validationActions: ['Deny'] },
  };
  await server.admin.send(creating(ADMISSION, 'validatingadmissionpolicies', jsonOf(policy)));
  await server.admin.send(creating(ADMISSION, 'validatingadmissionpolicybindings', jsonOf(binding)));
};

/** What nobody else notices, and what happens where the policy is missing. Runs last: it unbinds the policy. */
export const OTHER_CHECKS: readonly Check[] = [
  {
    promise: "everybody else's writes are untouched",
    async run(server) {
      for (const user of othersOf(server)) await writesEverything(server, user);
    },
  },
  {
    promise: 'a user name of the change role is confined without its group, too',
    async run(server) {
      const { name, uid } = await newDeployment(server);
      const username = `arn:aws:sts::123456789012:assumed-role/checkrein-change/dry-scale_workload-${uid}`;
      const user = server.as({ username, groups: ['system:masters'] });
      const refusal = await refusalOf(user, jsonPatch(name, [{ op: 'replace', path: '/spec/replicas', value: 5 }]));
      assert.match(refusal?.awsMessage ?? '', /may only make dry runs/);
    },
  },
  {
    promise: 'a member of the group is confined under any user name, too',
    async run(server) {
      const { name } = await newDeployment(server);
      const user = server.as({ username: 'somebody', groups: [GROUP, 'system:masters'] });
      const refusal = await refusalOf(user, jsonPatch(name, [{ op: 'replace', path: '/spec/replicas', value: 5 }]));
      assert.match(refusal?.awsMessage ?? '', /the session name somebody is not MODE-OPERATION-UID/);
    },
  },
  {
    promise: "everybody else's writes are untouched also where the policy errors, and ours are refused",
    async run(server) {
      const { name, uid } = await newDeployment(server);
      const session = sessionOf(server, 'apply', 'scale_workload', uid);
      const patch = jsonPatch(name, [{ op: 'replace', path: '/spec/replicas', value: 5 }], { dryRun: true });
      await session.send(patch);
      await bindBroken(server);
      await pollUntil('the broken policy to be enforced', async () => (await refusalOf(session, patch))?.awsMessage);
      for (const user of othersOf(server)) await writesEverything(server, user);
      await server.admin.send(deletes(ADMISSION, 'validatingadmissionpolicybindings', BROKEN));
      await pollUntil('the broken policy to be gone', async () =>
        (await refusalOf(session, patch)) === undefined ? true : undefined,
      );
    },
  },
  {
    promise: 'a policy that is no longer bound is noticed by a dry run that changes nothing',
    async run(server) {
      const { name, uid, resourceVersion } = await newDeployment(server);
      const session = sessionOf(server, 'apply', 'scale_workload', uid, 'of the tools');
      const proof = { service: 'apps/v1', command: 'patch deployments', namespace: SHOP, name };
      await provesBound(session, proof);
      await server.admin.send(deletes(ADMISSION, 'validatingadmissionpolicybindings', POLICY_NAME));
      const error = await pollUntil('the proof to fail', async () =>
        provesBound(session, proof).then(
          () => undefined,
          (thrown: unknown) => thrown,
        ),
      );
      assert(error instanceof ToolRefusal);
      assert.match(error.message, /is not bound: the cluster accepted a dry run/);
      assert.equal((await readDeployment(server.admin, name)).metadata.resourceVersion, resourceVersion);
    },
  },
];
