import type { Resources } from './objects.ts';
import { nanosOf } from './quantity.ts';

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
