import { JsonObject } from '../../lambdas/contracts/json.ts';
import { admissionBinding, admissionPolicy, POLICY_NAME } from '../../lambdas/providers/kubernetes/admission/policy.ts';
import { pollUntil, timedStep } from '../e2e/progress.ts';
import type { ApiServer } from './api-server.ts';
import { refusalOf } from './client.ts';
import { BANK, create, GROUP, newDeployment, PREFIX, sessionOf, SHOP } from './cluster.ts';
import { RULES, TOOLS } from './tools.ts';

const ADMISSION = 'admissionregistration.k8s.io/v1';
const RBAC = 'rbac.authorization.k8s.io/v1';

/** The generated policy of the test cluster. */
export const POLICY = admissionPolicy({ group: GROUP, usernamePrefixes: [PREFIX], namespaces: [SHOP], tools: TOOLS });

/** Namespaces, RBAC and the policy, as an owner of a cluster applies them. */
export const setUpCluster = async (server: ApiServer): Promise<void> => {
  const { admin } = server;
  for (const name of [SHOP, BANK])
    await admin.send(creating('v1', 'namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
  await admin.send(creating(RBAC, 'clusterroles', ROLE));
  for (const namespace of [SHOP, BANK]) await create(admin, RBAC, 'rolebindings', roleBinding(namespace));
  await bindPolicy(server);
};

/** Creates policy and binding, and waits until the API server enforces them. */
const bindPolicy = async (server: ApiServer): Promise<void> => {
  const { admin } = server;
  await admin.send(creating(ADMISSION, 'validatingadmissionpolicies', jsonOf(POLICY)));
  await admin.send(creating(ADMISSION, 'validatingadmissionpolicybindings', jsonOf(admissionBinding())));
  const { name } = await newDeployment(server);
  await timedStep('the policy is enforced', () =>
    pollUntil('the policy to be enforced', async () => {
      const session = sessionOf(server, 'dry', 'none', 'none');
      const input = { namespace: SHOP, name, query: { dryRun: 'All' } };
      const refusal = await refusalOf(session, { service: 'apps/v1', command: 'delete deployments', input });
      return refusal?.awsMessage.includes(POLICY_NAME) === true ? true : undefined;
    }),
  );
};

/** The request that creates an object in no namespace. */
export const creating = (service: string, resource: string, body: JsonObject) => ({
  service,
  command: `create ${resource}`,
  input: { body },
});

/** What is sent of an object: undefined is left out. */
export const jsonOf = (object: object): JsonObject => JsonObject.parse(JSON.parse(JSON.stringify(object)));

const ROLE: JsonObject = {
  apiVersion: RBAC,
  kind: 'ClusterRole',
  metadata: { name: 'checkrein-change' },
  rules: RULES.map((rule) => jsonOf(rule)),
};

const roleBinding = (namespace: string): JsonObject => ({
  apiVersion: RBAC,
  kind: 'RoleBinding',
  metadata: { name: 'checkrein-change', namespace },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'checkrein-change' },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: GROUP }],
});
