import { nanosOf } from '../../../lambdas/tools/kubernetes/quantity.ts';
import type { Claim } from './views.ts';

const OF_CLASS = '.storageclass.storage.k8s.io/requests.storage';

/** How much storage of a quota's resource claims ask for, in billionths. Of what is not counted here: nothing. */
export const usedByClaims = (name: string, claims: readonly Claim[]): bigint => {
  const isCounted = ({ spec }: Claim): boolean =>
    name === 'requests.storage' || name === `${spec.storageClassName}${OF_CLASS}`;
  return claims.filter(isCounted).reduce((sum, { spec }) => sum + nanosOf(spec.resources.requests.storage), 0n);
};
