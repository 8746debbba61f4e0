import assert from 'node:assert/strict';
import * as z from 'zod';
import { ToolRefusal } from '../../../lambdas/contracts/errors.ts';
import { provesBound } from '../../../lambdas/providers/kubernetes/admission/proves-bound.ts';
import type { Check } from '../check.ts';
import { BANK, create, newDeployment, pod, readDeployment, sessionOf, SHOP } from '../cluster.ts';
import { RIGHTS } from '../set-up.ts';

const Rule = z.object({
  apiGroups: z.array(z.string()),
  resources: z.array(z.string()),
  resourceNames: z.array(z.string()).optional(),
  verbs: z.array(z.string()),
});
const Rules = z.object({ status: z.object({ incomplete: z.boolean(), resourceRules: z.array(Rule) }) });
const Access = z.object({ status: z.object({ allowed: z.boolean() }) });

/** What every user may do: ask about itself. */
const isAboutSelf = ({ resources }: z.infer<typeof Rule>): boolean =>
  resources.every((one) => one.startsWith('selfsubject'));

const NEVER = [
  ['delete', '', 'pods', ''],
  ['deletecollection', '', 'pods', ''],
  ['create', '', 'pods', 'exec'],
  ['create', '', 'pods', ''],
  ['get', '', 'secrets', ''],
  ['impersonate', '', 'users', ''],
  ['impersonate', '', 'groups', ''],
  ['update', 'apps', 'deployments', ''],
  ['escalate', 'rbac.authorization.k8s.io', 'clusterroles', ''],
  ['delete', 'admissionregistration.k8s.io', 'validatingadmissionpolicybindings', ''],
] as const;

const PATCH = { service: 'apps/v1', command: 'patch deployments', namespace: SHOP };

/** What RBAC grants, and that the policy is known to be in force. */
export const RIGHTS_CHECKS: readonly Check[] = [
  {
    promise: 'RBAC grants the change role no verb that no tool needs',
    async run(server) {
      const session = sessionOf(server, 'apply', 'scale_workload', 'none', 'of the tools');
      const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace: SHOP } };
      const call = { service: 'authorization.k8s.io/v1', command: 'create selfsubjectrulesreviews', input: { body } };
      const { status } = Rules.parse(await session.send(call));
      assert.equal(status.incomplete, false);
      const granted = status.resourceRules.filter((rule) => !isAboutSelf(rule));
      const rules = RIGHTS.flatMap((one) => (one.namespace !== BANK && one.role === 'change' ? one.rules : []));
      assert.deepEqual(granted.toSorted(byText), rules.toSorted(byText));
    },
  },
  {
    promise: 'RBAC refuses the change role to delete, exec, impersonate, read secrets or unbind the policy',
    async run(server) {
      const session = sessionOf(server, 'apply', 'scale_workload', 'none', 'of the tools');
      for (const [verb, group, resource, subresource] of NEVER) {
        const resourceAttributes = { namespace: SHOP, verb, group, resource, subresource };
        const body = {
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'SelfSubjectAccessReview',
          spec: { resourceAttributes },
        };
        const call = {
          service: 'authorization.k8s.io/v1',
          command: 'create selfsubjectaccessreviews',
          input: { body },
        };
        assert.equal(
          Access.parse(await session.send(call)).status.allowed,
          false,
          `${verb} ${resource}/${subresource}`,
        );
      }
    },
  },
  {
    promise: 'a dry run that must be refused proves that the policy is bound, in each mode and for each operation',
    async run(server) {
      const { name, uid, resourceVersion } = await newDeployment(server);
      for (const mode of ['dry', 'apply', 'undo'])
        for (const operation of ['set_resources', 'undo_rollout', 'restart_rollout', 'scale_workload'])
          await provesBound(sessionOf(server, mode, operation, uid, 'of the tools'), { ...PATCH, name });
      assert.equal((await readDeployment(server.admin, name)).metadata.resourceVersion, resourceVersion);
      const { metadata } = await create(server.admin, 'v1', 'pods', pod(SHOP, 'proof'));
      const session = sessionOf(server, 'apply', 'restart_pod', metadata.uid, 'of the tools');
      await provesBound(session, { service: 'v1', command: 'create pods/eviction', namespace: SHOP, name: 'proof' });
    },
  },
  {
    promise: 'another refusal than that of the policy proves nothing',
    async run(server) {
      const { name, uid } = await newDeployment(server);
      const notProved = (code: RegExp) => (error: unknown) => error instanceof ToolRefusal && code.test(error.message);
      const session = sessionOf(server, 'apply', 'scale_workload', uid, 'of the tools');
      const missing = provesBound(session, { ...PATCH, name: 'missing' });
      await assert.rejects(missing, notProved(/not proved .* NotFound/));
      const stranger = server.as({ username: 'stranger', groups: [] });
      await assert.rejects(provesBound(stranger, { ...PATCH, name }), notProved(/not proved .* Forbidden/));
      await assert.rejects(provesBound(server.admin, { ...PATCH, name }), notProved(/is not bound/));
    },
  },
];

const textOf = (rule: z.infer<typeof Rule> | (typeof RIGHTS)[number]['rules'][number]): string =>
  `${rule.apiGroups.join()} ${rule.resources.join()}`;

const byText: (...rules: Parameters<typeof textOf>[0][]) => number = (...rules) => {
  const [one = '', other = ''] = rules.map(textOf);
  return one < other ? -1 : 1;
};
