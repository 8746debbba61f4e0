import { nanosOf } from '../../../lambdas/tools/kubernetes/quantity.ts';
import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import { usedByClaims } from '../objects/claim-use.ts';
import { isSame, withValue } from '../objects/json.ts';
import { forbidden, invalid } from '../objects/refusal.ts';
import { RESOURCES } from '../objects/resources.ts';
import { view, type Claim } from '../objects/views.ts';
import { shownNanos } from '../pods/create-pod.ts';
import type { ClusterState } from '../state.ts';

const SIZE = ['spec', 'resources', 'requests', 'storage'];
const IMMUTABLE =
  'Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
const NOT_EXPANDABLE =
  'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize';

/** Refuses, as the API server does, a change of a claim that is no growth, or that its class or a quota does not allow. */
export const assertClaimGrows = (state: ClusterState, before: JsonObject, after: JsonObject): void => {
  if (before['kind'] !== RESOURCES.claims.kind || isSame(before['spec'], after['spec'])) return;
  const [old, now] = [view.claim(before), view.claim(after)];
  const { name } = now.metadata;
  const others = [before, after].map((claim) => withValue(claim, SIZE, '')['spec']);
  if (old.status.phase !== 'Bound' || !isSame(others[0], others[1]))
    throw invalid('PersistentVolumeClaim', name, [{ field: 'spec', message: IMMUTABLE }]);
  if (sizeOf(now) < nanosOf(old.status.capacity['storage'] ?? '0')) {
    const message = 'Forbidden: field can not be less than status.capacity';
    throw invalid('PersistentVolumeClaim', name, [{ field: SIZE.join('.'), message }]);
  }
  const found = state.store.get(RESOURCES.storageClasses, '', now.spec.storageClassName);
  if (found === undefined || !view.storageClass(found).allowVolumeExpansion)
    throw forbidden({ resource: RESOURCES.claims.resource, name }, NOT_EXPANDABLE);
  assertInQuota(state, old, now);
};

const sizeOf = ({ spec }: Claim): bigint => nanosOf(spec.resources.requests.storage);

const assertInQuota = ({ store }: ClusterState, old: Claim, now: Claim): void => {
  const { name, namespace } = now.metadata;
  const requests = { storage: `${sizeOf(now) - sizeOf(old)}n` };
  const more = [{ ...now, spec: { ...now.spec, resources: { requests } } }];
  const claims = store.list(RESOURCES.claims, namespace).map(view.claim);
  for (const quota of store.list(RESOURCES.quotas, namespace).map(view.quota)) {
    const over = Object.entries(quota.spec.hard).filter(
      ([of, hard]) => usedByClaims(of, more) > 0n && usedByClaims(of, [...claims, ...more]) > nanosOf(hard),
    );
    if (over.length === 0) continue;
    const list = (value: (of: string, hard: string) => string): string =>
      over.map(([of, hard]) => `${of}=${value(of, hard)}`).join(',');
    const amount = (some: readonly Claim[]) => list((of, hard) => shownNanos(usedByClaims(of, some), hard));
    const says = `exceeded quota: ${quota.metadata.name}, requested: ${amount(more)}, used: ${amount(claims)}, limited: ${list((_, hard) => hard)}`;
    throw forbidden({ resource: RESOURCES.claims.resource, name }, says);
  }
};
