import { KUBERNETES } from '../../../lambdas/contracts/clusters.ts';
import { CloudError } from '../../../lambdas/contracts/errors.ts';
import { providerOf, type Manifest } from '../../../lambdas/contracts/tool.ts';
import { namespaceRights, rbacObjects } from '../../../lambdas/providers/kubernetes/permissions.ts';
import { CHANGE_TOOLS, OBSERVE_TOOLS } from '../../../lambdas/tools/catalogue.ts';
import { clusterAgent } from '../../fixtures/cluster-tools.ts';
import type { ApiServer } from '../api-server.ts';
import { CLUSTER, COMPARED, create } from '../cluster.ts';
import { startKubelet } from '../observed/kubelet.ts';
import { addNode } from '../observed/set-up.ts';
import { CONFIG_MAP_KEYS, creating, jsonOf, RBAC } from '../set-up.ts';
import type { Side } from './sides.ts';

/** Every tool on Kubernetes. */
export const COMPARED_TOOLS: readonly Manifest[] = [...OBSERVE_TOOLS, ...CHANGE_TOOLS]
  .map(({ manifest }): Manifest => manifest)
  .filter((manifest) => providerOf(manifest) === KUBERNETES);

const names = (kind: Manifest['kind']): string[] =>
  COMPARED_TOOLS.flatMap((tool) => (tool.kind === kind ? [tool.name] : []));

/** Nodes are granted for the whole test cluster already. */
export const COMPARED_GRANT = { clusters: [CLUSTER], namespaces: [COMPARED], configMapKeys: CONFIG_MAP_KEYS };
/** Other checks have nodes of their own. */
export const COMPARED_NODES = ['compared-1', 'compared-2'] as const;

/** Namespace, generated rights of every tool, and nodes whose kubelets have the logs of the simulator. */
export const setUpCompared = async ({ admin }: ApiServer, simulator: Side): Promise<{ stop(): Promise<void> }> => {
  const metadata = { name: COMPARED, labels: { environment: 'staging' } };
  await admin.send(creating('v1', 'namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata }));
  const agents = clusterAgent('comparer', COMPARED_GRANT, names('change'));
  const granted = agents.map((one) => ({ ...one, tools: { observe: names('observe'), change: names('change') } }));
  // What is granted outside of namespaces is there for all of them already.
  const rights = namespaceRights(CLUSTER, granted, COMPARED_TOOLS).filter(({ namespace }) => namespace !== undefined);
  for (const object of rbacObjects(rights))
    await create(admin, RBAC, object.kind === 'Role' ? 'roles' : 'rolebindings', jsonOf(object));
  const kubelet = await startKubelet((url) => logOf(simulator, url));
  for (const node of COMPARED_NODES) await addNode(admin, node, kubelet.port);
  return kubelet;
};

/** What the simulator has of the log that a kubelet is asked for: `/containerLogs/NAMESPACE/POD/CONTAINER?…`. */
const logOf = async (simulator: Side, { pathname, searchParams }: URL) => {
  const [, , namespace = '', name = '', container = ''] = pathname.split('/');
  const query = { ...Object.fromEntries(searchParams), container };
  try {
    const text = await simulator.admin.send({
      service: 'v1',
      command: 'get pods/log',
      input: { namespace, name, query },
    });
    return { status: 200, text: String(text) };
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    return { status: 400, text: error.awsMessage };
  }
};
