import * as z from 'zod';
import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import type { ClusterRequest } from '../../../lambdas/providers/kubernetes/call.ts';
import { podsUnder, runBudgets } from '../controllers/budgets.ts';
import { isReadyPod } from '../controllers/owned.ts';
import { objectIn, withValue } from '../objects/json.ts';
import { conflict, StatusRefusal } from '../objects/refusal.ts';
import { RESOURCES } from '../objects/resources.ts';
import { view } from '../objects/views.ts';
import { removePod } from '../pods/create-pod.ts';
import type { Admit } from '../admission/one-change.ts';
import type { ClusterState } from '../state.ts';
import { isDryRun, namedObject, type Answer } from './request.ts';

const Eviction = z.looseObject({
  deleteOptions: z
    .looseObject({
      preconditions: z.looseObject({ uid: z.string().optional(), resourceVersion: z.string().optional() }).optional(),
      gracePeriodSeconds: z.number().optional(),
    })
    .optional(),
});

/** Evicts a Pod, if the budgets over it allow that. */
export const evict = (state: ClusterState, request: ClusterRequest, admit: Admit): Answer => {
  const dryRun = isDryRun(request);
  admit({ operation: 'CREATE', request, object: objectIn(request.body) });
  const pod = namedObject(state, request);
  const { deleteOptions } = Eviction.parse(request.body ?? {});
  // The budget is asked first: only the deletion that follows looks at the preconditions.
  const budget = isBeforeOrAfter(pod) ? undefined : budgetOver(state, pod);
  if (budget !== undefined) disturb(state, pod, budget, dryRun);
  assertPreconditions(pod, deleteOptions?.preconditions ?? {});
  const grace = deleteOptions?.gracePeriodSeconds;
  if (!dryRun) removePod(state, grace === undefined ? pod : withGrace(state, pod, grace));
  return { status: 201, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } };
};

const assertPreconditions = (
  pod: JsonObject,
  wanted: { readonly uid?: string | undefined; readonly resourceVersion?: string | undefined },
): void => {
  const { name, uid, resourceVersion } = view.pod(pod).metadata;
  const differs = (field: string, given: string | undefined, found: string): string | undefined =>
    given === undefined || given === found
      ? undefined
      : `the ${field} in the precondition (${given}) does not match the ${field} in record (${found}).`;
  const ofUid = differs('UID', wanted.uid, uid);
  const ofVersion = differs('ResourceVersion', wanted.resourceVersion, resourceVersion);
  if (ofUid !== undefined)
    throw conflict({ resource: 'Pod', name }, `${ofUid} The object might have been deleted and then recreated`);
  if (ofVersion !== undefined)
    throw conflict({ resource: 'Pod', name }, `${ofVersion} The object might have been modified`);
};

/** No budget protects a Pod that does not run yet, e.g. for its image, or that ends already. */
const isBeforeOrAfter = (pod: JsonObject): boolean => {
  const { metadata, status } = view.pod(pod);
  return metadata.deletionTimestamp !== undefined || ['Pending', 'Succeeded', 'Failed'].includes(status.phase);
};

const withGrace = (state: ClusterState, pod: JsonObject, seconds: number): JsonObject =>
  state.store.replace(pod, withValue(pod, ['spec', 'terminationGracePeriodSeconds'], seconds));

const budgetOver = (state: ClusterState, pod: JsonObject): JsonObject | undefined => {
  runBudgets(state);
  const { namespace } = view.pod(pod).metadata;
  const [first, ...more] = state.store
    .list(RESOURCES.budgets, namespace)
    .filter((budget) => podsUnder(state, budget).includes(pod));
  if (more.length === 0) return first;
  const message = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
  // This Status has no reason.
  throw new StatusRefusal(500, '', message);
};

const disturb = (state: ClusterState, pod: JsonObject, budget: JsonObject, dryRun: boolean): void => {
  const { metadata, spec, status } = view.budget(budget);
  const isHealthy = status.currentHealthy >= status.desiredHealthy && status.desiredHealthy > 0;
  const mayGo = spec.unhealthyPodEvictionPolicy === 'AlwaysAllow' || isHealthy;
  if (!isReadyPod(state, pod) && mayGo) return;
  if (status.disruptionsAllowed > 0) {
    if (!dryRun) state.store.set(budget, ['status', 'disruptionsAllowed'], status.disruptionsAllowed - 1);
    return;
  }
  const message = `The disruption budget ${metadata.name} needs ${status.desiredHealthy} healthy pods and has ${status.currentHealthy} currently`;
  const says = "Cannot evict pod as it would violate the pod's disruption budget.";
  throw new StatusRefusal(429, 'TooManyRequests', says, { causes: [{ reason: 'DisruptionBudget', message }] });
};
