import { KUBERNETES } from '../../contracts/clusters.ts';
import type { ChangeAccess } from '../access.ts';
import type { KubernetesChangeOptions } from './change-session.ts';
import { confinedChange } from './confined-change.ts';
import { lazyConnections } from './reads.ts';

/** Credentials for one change of one object of a cluster: a session of the change role under a name of its own. */
export const kubernetesChanges = (options: KubernetesChangeOptions): ChangeAccess => {
  const connections = lazyConnections(options);
  return {
    name: KUBERNETES,
    assume: (scope) =>
      confinedChange(scope, options, async (session) => {
        const { changeSession } = await import('./change-session.ts');
        const clientOf = await changeSession(options, session);
        const { at, incidentId } = session;
        return async ({ cluster, request }) => {
          const endpoint = await (await connections()).endpoint({ cluster, at, incidentId });
          return clientOf(cluster, endpoint)(request, incidentId);
        };
      }),
  };
};
