import type { Agent } from '../../contracts/agent.ts';
import { KUBERNETES } from '../../contracts/clusters.ts';
import { contractBroken, ToolRefusal } from '../../contracts/errors.ts';
import type { ClusterTest } from '../../contracts/ports.ts';
import type { Manifest } from '../../contracts/tool.ts';
import { reachOf } from '../../kernel/trace/location.ts';
import { clusterRequest, VERSION_REQUEST } from './call.ts';
import type { KubernetesChangeOptions } from './change-session.ts';
import { kubernetesChanges } from './changes.ts';
import { testCluster } from './cluster-test.ts';
import { namespaceTools } from './permissions.ts';
import { lazyConnections } from './reads.ts';
import { refOfObject } from './ref.ts';

/** What the test of a cluster needs besides what changes need. */
interface TestOptions extends KubernetesChangeOptions {
  readonly agents: readonly Agent[];
  readonly manifests: readonly Manifest[];
}

/** The UID of no object. A session that is bound to it can change nothing where the policy is bound. */
export const NO_UID = '00000000-0000-0000-0000-000000000000';

/**
 * Tests a cluster for `checkrein doctor`, where it is: reads as the read role, and the proof that precedes each change, in a
 * session of the mode `dry` for the UID of no object. No right is needed that changes do not need.
 */
export const kubernetesTest = (options: TestOptions): ClusterTest => {
  const connections = lazyConnections(options);
  const { assume } = kubernetesChanges(options);
  return async (name, incidentId) => {
    const cluster = options.clusters.find((one) => one.name === name);
    if (cluster === undefined) throw contractBroken(`The settings have no cluster ${name}.`);
    const { account = options.account } = cluster;
    const reach = reachOf({ account, region: options.region }, options, options.members);
    if (reach.kind === 'foreign') throw new ToolRefusal(reach.reason);
    const at = reach.accountRegion;
    const reader = async () => (await connections()).reader({ cluster, at, incidentId });
    return testCluster({
      name,
      namespaces: namespaceTools(name, options.agents, options.manifests),
      version: async () => (await reader())(VERSION_REQUEST, incidentId),
      read: async (request) => (await reader())(clusterRequest(request), incidentId),
      prove: ({ name: tool, targetKind: kind, changes: calls }, object) =>
        assume({
          provider: KUBERNETES,
          calls,
          target: {
            ...{ kind, id: object.name, provider: KUBERNETES, uid: NO_UID, ...at, environment: 'production', tags: {} },
            ref: refOfObject(object),
          },
          location: { incidentId, accountRegion: at },
          tool,
          purpose: 'dry-run',
          sessionName: `dry-run-${incidentId}`,
        }),
    });
  };
};
