import type { Resources } from './objects.ts';
import { nanosOf } from './quantity.ts';

/** The containers of a pod, with what each has in the end, and what the pod has as a whole. */
export interface PodParts {
  readonly containers: readonly Resources[];
  readonly initContainers: readonly { readonly resources: Resources; readonly restartPolicy?: string | undefined }[];
  readonly ofPod?: Resources | undefined;
}

/**
 * What quotas and nodes count for a pod: all that run together, or an init container with the sidecars before it if that is
 * more. What a pod has as a whole counts where it is more: too much is the safe answer.
 */
export const totalOfPod = ({ containers, initContainers, ofPod }: PodParts): Resources => {
  const sidecars: Resources[] = [];
  const alternatives: Resources[] = ofPod === undefined ? [] : [ofPod];
  for (const { resources, restartPolicy } of initContainers) {
    alternatives.push(totalOf([...sidecars, resources]));
    if (restartPolicy === 'Always') sidecars.push(resources);
  }
  return alternatives.reduce(largerOf, totalOf([...containers, ...sidecars]));
};

const largerOf = (one: Resources, other: Resources): Resources => {
  const of = (part: keyof Resources): Record<string, string> => {
    const entries = Object.entries(other[part]).filter(
      ([resource, quantity]) => nanosOf(quantity) > nanosOf(one[part][resource] ?? '0'),
    );
    return { ...one[part], ...Object.fromEntries(entries) };
  };
  return { requests: of('requests'), limits: of('limits') };
};

/** What several containers ask for and may have together. */
export const totalOf = (containers: readonly Resources[]): Resources => {
  const sum = (part: keyof Resources): Record<string, string> => {
    const total: Record<string, bigint> = {};
    for (const { [part]: amounts } of containers)
      for (const [resource, quantity] of Object.entries(amounts))
        total[resource] = (total[resource] ?? 0n) + nanosOf(quantity);
    return Object.fromEntries(Object.entries(total).map(([resource, nanos]) => [resource, `${nanos}n`]));
  };
  return { requests: sum('requests'), limits: sum('limits') };
};
