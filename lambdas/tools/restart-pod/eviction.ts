import * as z from 'zod';
import { ended } from '../../contracts/cloud-call.ts';
import { CloudError, ToolRefusal } from '../../contracts/errors.ts';
import type { DryRunCheck } from '../../contracts/plan.ts';
import type { Cloud } from '../../contracts/ports.ts';
import { budgetsOver, type Budget } from '../kubernetes/budgets.ts';
import { listOf } from '../kubernetes/objects.ts';
import { isReady, type PodPlace, type RestartedPod } from './pod.ts';

/** Asks the cluster to evict the pod of this UID, and no other of its name. */
const evict = (change: Cloud, { cluster, namespace, name }: PodPlace, uid: string, dryRun: boolean) =>
  change.send({
    service: 'v1',
    command: 'create pods/eviction',
    input: {
      cluster,
      namespace,
      name,
      // In the query: an API server overlooks a dry run that only the body asks for.
      ...(dryRun && { query: { dryRun: 'All' } }),
      // No other option: the grace period of the pod holds.
      body: {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { namespace, name },
        deleteOptions: { preconditions: { uid } },
      },
    },
  });

/** Where an eviction is sent, and where budgets are read from to say why it is refused. */
interface EvictionClouds {
  readonly cloud: Cloud;
  readonly change: Cloud;
}

/** What the API server says about this very eviction: rights, admission, budgets. */
export const evictionCheck = async (
  { cloud, change }: EvictionClouds,
  place: PodPlace,
  pod: RestartedPod,
): Promise<DryRunCheck> => {
  const name = 'evict pod';
  try {
    await evict(change, place, pod.metadata.uid, true);
    const detail =
      'The API server accepts this eviction: rights, admission and disruption budget (dry run of the cluster). Whether the new pod finds room shows only once it is made.';
    return { name, outcome: 'passed', detail };
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    const why = await reasonFor(cloud, place, pod, error);
    return { name, outcome: 'refused', detail: `${error.code}: ${why}` };
  }
};

/** Evicts a pod. That it is gone, or another one by now, is no error: the caller reads what is there. */
export const evictPod = async (
  { cloud, change }: EvictionClouds,
  place: PodPlace,
  pod: RestartedPod,
): Promise<void> => {
  try {
    await evict(change, place, pod.metadata.uid, false);
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    if (['NotFound', 'Conflict'].includes(error.code)) return;
    const { code, call, details, advice } = error;
    throw new CloudError(code, await reasonFor(cloud, place, pod, error), error, call, { details, advice });
  }
};

const Causes = z.object({ causes: listOf(z.object({ message: z.string().default('') })) });

const reasonFor = async (
  cloud: Cloud,
  place: PodPlace,
  pod: RestartedPod,
  { code, awsMessage, details }: CloudError,
): Promise<string> => {
  const causes = Causes.safeParse(details).data?.causes.map(({ message }) => ended(message)) ?? [];
  const [budget] = code === 'TooManyRequests' ? await budgetsOver(cloud, place, pod.metadata.labels) : [];
  return [ended(awsMessage), ...causes, ...(budget === undefined ? [] : [adviceOf(budget, pod)])].join(' ');
};

const adviceOf = ({ metadata, spec, status }: Budget, pod: RestartedPod): string => {
  const { name } = metadata;
  const { desiredHealthy, expectedPods } = status;
  const policy = spec.unhealthyPodEvictionPolicy;
  if (!isReady(pod) && policy !== 'AlwaysAllow')
    return `The pod is not ready, but ${name} has the unhealthyPodEvictionPolicy ${policy}, which protects such pods too until enough others are ready. With AlwaysAllow it could be evicted; that is for the owner of the budget to change. Heal the other pods first, or escalate.`;
  if (desiredHealthy >= expectedPods)
    return `${name} needs every one of ${expectedPods} pods, so it never allows an eviction. More replicas, or another budget, would; the budget is for its owner to change.`;
  return `Find out why fewer pods are ready than there should be, and propose this again once ${name} allows a disruption.`;
};

/** Throws where the cluster would answer with an error of its own: it cannot tell which of two budgets to count. */
export const assertOneBudget = async (cloud: Cloud, place: PodPlace, pod: RestartedPod): Promise<void> => {
  // A pod that has not begun to run disturbs no budget, so the cluster asks none.
  if (pod.status.phase === 'Pending') return;
  const names = (await budgetsOver(cloud, place, pod.metadata.labels)).map(({ metadata }) => metadata.name);
  if (names.length > 1)
    throw new ToolRefusal(
      `${names.length} PodDisruptionBudgets are over ${place.name} (${names.join(', ')}), and a cluster evicts no pod with more than one. Tell their owners to keep one of them.`,
    );
};
