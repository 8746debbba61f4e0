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
