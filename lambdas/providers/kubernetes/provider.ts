import { KUBERNETES } from '../../contracts/clusters.ts';
import { refOf } from '../../contracts/plan.ts';
import type { Provider, TargetParent } from '../../contracts/provider.ts';
import { isRead, readCall } from './call.ts';
import { objectOf } from './ref.ts';

/** Kubernetes: a target is `k8s://CLUSTER/NAMESPACE/KIND/NAME`, in its namespace (`-` for none), cluster and account. */
export const kubernetes: Provider = {
  name: KUBERNETES,
  isRef: (text) => objectOf(text) !== undefined,
  parentsOf: (target) => {
    const account: TargetParent = { type: 'Account', id: target.account };
    const object = objectOf(refOf(target));
    if (object === undefined) return [account];
    const id = `${target.account}/${object.cluster}`;
    const cluster: TargetParent = { type: 'Cluster', id };
    return object.namespace === undefined
      ? [account, cluster]
      : [account, cluster, { type: 'Namespace', id: `${id}/${object.namespace}` }];
  },
  // In the body only, an API server makes the change: only the query counts, and only this value.
  isDryRun: (request) => {
    const { query } = request.input;
    const call = readCall(request);
    if (call === undefined || isRead(call) || typeof query !== 'object' || query === null || Array.isArray(query))
      return false;
    return query['dryRun'] === 'All';
  },
};
