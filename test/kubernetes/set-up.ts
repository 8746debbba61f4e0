import type { ClusterGrant } from '../../lambdas/contracts/clusters.ts';
import { JsonObject } from '../../lambdas/contracts/json.ts';
import { admissionBinding, admissionPolicy, POLICY_NAME } from '../../lambdas/providers/kubernetes/admission/policy.ts';
import { changeScope, namespaceRights, rbacObjects } from '../../lambdas/providers/kubernetes/permissions.ts';
import { pollUntil, timedStep } from '../e2e/progress.ts';
import { clusterAgent } from '../fixtures/cluster-tools.ts';
import type { ApiServer } from './api-server.ts';
import { refusalOf } from './client.ts';
import { BANK, CLUSTER, COMPARED, create, GROUP, newDeployment, PREFIX, sessionOf, SHOP } from './cluster.ts';
import { TOOLS } from './tools.ts';

const ADMISSION = 'admissionregistration.k8s.io/v1';
/** Group and version of RBAC. */
export const RBAC = 'rbac.authorization.k8s.io/v1';

/** The keys of ConfigMaps that may be set in the test cluster. */
export const CONFIG_MAP_KEYS: NonNullable<ClusterGrant['configMapKeys']> = [
  { name: 'flags', keys: ['new_basket'], shown: true },
];

/** An agent that is granted every tool, in two namespaces. */
const AGENTS = clusterAgent(
  'fixer',
  { clusters: [CLUSTER], namespaces: [SHOP, BANK], configMapKeys: CONFIG_MAP_KEYS, nodes: true },
  TOOLS.map(({ name }) => name),
);

/** What its policy admits. */
export const SCOPE = changeScope(CLUSTER, AGENTS, TOOLS);

/** The generated policy of the test cluster. */
export const POLICY = admissionPolicy({
  ...SCOPE,
  group: GROUP,
  usernamePrefixes: [PREFIX],
  namespaces: [SHOP, COMPARED],
});

/** The generated rights of that agent; in the second namespace, nobody may read. */
export const RIGHTS = namespaceRights(CLUSTER, AGENTS, TOOLS).filter(
  ({ namespace, role }) => namespace !== BANK || role === 'change',
);

/** Namespaces, RBAC and the policy, as an owner of a cluster applies them. */
export const setUpCluster = async (server: ApiServer): Promise<void> => {
  const { admin } = server;
  for (const name of [SHOP, BANK])
    await admin.send(creating('v1', 'namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
  // RBAC reaches one namespace further than the policy, so that the policy is seen to refuse by itself.
  for (const object of rbacObjects(RIGHTS)) await create(admin, RBAC, `${object.kind.toLowerCase()}s`, jsonOf(object));
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
