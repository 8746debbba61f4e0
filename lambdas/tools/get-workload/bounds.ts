import * as z from 'zod';
import type { Cloud } from '../../contracts/ports.ts';
import { budgetsOver } from '../kubernetes/budgets.ts';
import { listAllObjects, type Place } from '../kubernetes/call-cluster.ts';
import { limitRangesOf } from '../kubernetes/limit-ranges.ts';
import { Metadata } from '../kubernetes/objects.ts';
import { amountText, counted } from '../kubernetes/text.ts';

const amounts = z.record(z.string(), z.string()).default({});

/** The PodDisruptionBudgets over pods with these labels. */
export const budgetLines = async (
  cloud: Cloud,
  place: Place,
  labels: Readonly<Record<string, string>>,
): Promise<readonly string[]> => {
  const over = await budgetsOver(cloud, place, labels);
  if (over.length === 0) return ['Disruption budgets: none is over its pods.'];
  const lines = over.map(({ metadata, spec, status }) => {
    const { currentHealthy, desiredHealthy, disruptionsAllowed } = status;
    const says =
      spec.minAvailable === undefined
        ? `at most ${spec.maxUnavailable ?? 'no'} unavailable`
        : `at least ${spec.minAvailable} available`;
    return `PodDisruptionBudget ${metadata.name}: ${says}; ${currentHealthy} healthy, ${desiredHealthy} needed, so ${counted(disruptionsAllowed, 'disruption')} allowed now; unhealthy pods: ${spec.unhealthyPodEvictionPolicy}`;
  });
  return over.length === 1 ? lines : [...lines, 'With more than one budget over a pod, it cannot be evicted.'];
};

const Quota = z.object({
  metadata: Metadata,
  spec: z.object({ hard: amounts }),
  status: z.object({ hard: amounts, used: amounts }).default({ hard: {}, used: {} }),
});

/** The ResourceQuotas of a namespace. */
export const quotaLines = async (cloud: Cloud, place: Place): Promise<readonly string[]> => {
  const items = await listAllObjects(cloud, 'v1', 'resourcequotas', place, Quota);
  if (items.length === 0) return ['Quotas: the namespace has none.'];
  return items.map(({ metadata, spec, status }) => {
    const parts = Object.entries(spec.hard).map(([resource, hard]) => {
      const used = status.used[resource];
      return `${resource} ${used === undefined ? 'not known' : amountText(resource, used)} of ${amountText(resource, hard)}`;
    });
    return `ResourceQuota ${metadata.name}, used: ${parts.join(', ')}`;
  });
};

/** What a namespace gives to containers that ask for nothing, and the most and least that they may ask for. */
export const limitRangeLines = async (cloud: Cloud, place: Place): Promise<readonly string[]> =>
  (await limitRangesOf(cloud, place)).map(({ of, type, default: limits, defaultRequest, min, max }) => {
    const parts = Object.entries({ 'default limit': limits, 'default request': defaultRequest, min, max });
    const says = parts.flatMap(([what, map]) =>
      Object.entries(map).map(([resource, quantity]) => `${what} ${amountText(resource, quantity)} of ${resource}`),
    );
    return `LimitRange ${of}, each ${type}: ${says.join(', ')}`;
  });
