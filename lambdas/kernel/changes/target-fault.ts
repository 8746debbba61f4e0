import { KUBERNETES } from '../../contracts/clusters.ts';
import type { Json } from '../../contracts/json.ts';
import { providerOfTarget, refOf, type Target } from '../../contracts/plan.ts';
import type { Provider } from '../../contracts/provider.ts';

/**
 * Why a described target is not one thing of its tool's provider, or undefined. Leases, cooldowns, rates and breakers are
 * kept under its ref, and credentials are cut to it: a wildcard or the ref of another provider would widen both.
 */
export const targetFault = (target: Target, provider: Provider): string | undefined => {
  const own = providerOfTarget(target);
  const ref = JSON.stringify(refOf(target));
  if (own !== provider.name) return `The target ${ref} is one of ${own}, but its tool is one of ${provider.name}.`;
  return provider.isRef(refOf(target)) ? undefined : `The target ${ref} does not name exactly one thing.`;
};

/**
 * Why a target in a cluster is not where the input of its tool says, or undefined. Admission has checked the cluster and the
 * namespace of the input against what the agent is granted, so a tool must not find its target elsewhere. That of a tool on nodes
 * is a node, and nothing else.
 */
export const clusterTargetFault = (
  target: Target,
  input: Json,
  { onNodes = false }: { readonly onNodes?: boolean } = {},
): string | undefined => {
  if (providerOfTarget(target) !== KUBERNETES) return undefined;
  const { cluster, namespace } = typeof input === 'object' && input !== null && !Array.isArray(input) ? input : {};
  const named = typeof cluster === 'string' && typeof namespace === 'string';
  return named && refOf(target).startsWith(`k8s://${cluster}/${onNodes ? '-/nodes' : namespace}/`)
    ? undefined
    : `The target ${JSON.stringify(refOf(target))} is not in the cluster and the namespace that the input names.`;
};
