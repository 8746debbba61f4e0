import * as z from 'zod';
import type { Cloud } from '../../contracts/ports.ts';
import type { ProviderCall } from '../../contracts/tool.ts';
import { listAllObjects, type Place } from './call-cluster.ts';
import { Metadata } from './objects.ts';
import { LabelSelector, selects } from './selector.ts';

/** The read that `budgetsOver` makes. */
export const BUDGET_READS = [
  { service: 'policy/v1', command: 'list poddisruptionbudgets' },
] as const satisfies readonly ProviderCall[];

const count = z.int().default(0);
const bound = z.union([z.int(), z.string()]).optional();

const Budget = z.object({
  metadata: Metadata,
  spec: z.object({
    minAvailable: bound,
    maxUnavailable: bound,
    selector: LabelSelector.optional(),
    unhealthyPodEvictionPolicy: z.string().default('IfHealthyBudget'),
  }),
  status: z.object({ currentHealthy: count, desiredHealthy: count, disruptionsAllowed: count, expectedPods: count }),
});
/** A PodDisruptionBudget. */
export type Budget = z.output<typeof Budget>;

/** The PodDisruptionBudgets over pods with these labels. */
export const budgetsOver = async (
  cloud: Cloud,
  place: Place,
  labels: Readonly<Record<string, string>>,
): Promise<readonly Budget[]> => {
  const items = await listAllObjects(cloud, 'policy/v1', 'poddisruptionbudgets', place, Budget);
  return items.filter(({ spec: { selector } }) => selector !== undefined && selects(selector, labels));
};
