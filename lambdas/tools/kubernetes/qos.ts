import type { Resources } from './objects.ts';
import { nanosOf } from './quantity.ts';

/** The QoS classes, by which a node that runs out of memory chooses whom it kills last, next and first. */
export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

const COUNTED = ['cpu', 'memory'] as const;

/** The QoS class of a pod with these containers, init containers too, as Kubernetes works it out: only CPU and memory count. */
export const qosOf = (containers: readonly Resources[]): QosClass => {
  const sum = (part: keyof Resources, resource: string): bigint =>
    containers.reduce((all, one) => all + nanosOf(one[part][resource] ?? '0'), 0n);
  const isLimited = containers.every(({ limits }) => COUNTED.every((one) => nanosOf(limits[one] ?? '0') > 0n));
  if (isLimited && COUNTED.every((one) => sum('requests', one) === sum('limits', one))) return 'Guaranteed';
  const asks = COUNTED.some((one) => sum('requests', one) > 0n || sum('limits', one) > 0n);
  return asks ? 'Burstable' : 'BestEffort';
};
