import * as z from 'zod';
import type { Cloud } from '../../../contracts/ports.ts';
import type { ProviderCall } from '../../../contracts/tool.ts';
import { listAllObjects, type Place } from '../call-cluster.ts';
import type { Resources } from '../objects.ts';
import { nanosOf } from '../quantity.ts';

/** The read that `quotaUsePercentAfter` makes. */
export const QUOTA_READS = [
  { service: 'v1', command: 'list resourcequotas' },
] as const satisfies readonly ProviderCall[];

const amounts = z.record(z.string(), z.string()).default({});
const Quota = z.object({ status: z.object({ hard: amounts, used: amounts }).default({ hard: {}, used: {} }) });

/** What a change asks for besides what is used now, in billionths, by the names that quotas have: `requests.cpu`, `pods`. */
export type QuotaDemand = Readonly<Record<string, bigint>>;

/** Other names of the same amount. */
const ALIASES: Readonly<Record<string, string>> = {
  cpu: 'requests.cpu',
  memory: 'requests.memory',
  'count/pods': 'pods',
};

/**
 * How full the fullest quota that covers the change would be, in %, rounded up; 0 without one. A quota with a scope counts
 * too: whether it covers these pods is the server's to say, and too full is the safe answer.
 */
export const quotaUsePercentAfter = async (cloud: Cloud, place: Place, demand: QuotaDemand): Promise<number> => {
  const items = await listAllObjects(cloud, 'v1', 'resourcequotas', place, Quota);
  const shares = items.flatMap(({ status: { hard, used } }) =>
    Object.entries(hard).flatMap(([resource, most]) => {
      const more = demand[ALIASES[resource] ?? resource];
      // What the change does not touch may be full: it stays as it is.
      return more === undefined || more <= 0n
        ? []
        : [percentOfQuota(nanosOf(used[resource] ?? '0') + more, nanosOf(most))];
    }),
  );
  return Math.max(0, ...shares);
};

const percentOfQuota = (use: bigint, most: bigint): number =>
  most <= 0n ? 1000 : Number((use * 100n + most - 1n) / most);

const PARTS = ['requests', 'limits'] as const;
const ONE = 1_000_000_000n;

/** What quotas count for one pod before a change, and after it. */
interface PodOf {
  readonly before: Resources;
  readonly after: Resources;
}

/**
 * What a change asks for: all of a pod for each that it adds, for a while too, and for each that it replaces what that has
 * more than before. What each has less is free only once the former pods are gone.
 */
export const demandOf = (
  { before, after }: PodOf,
  { added, replaced }: { readonly added: number; readonly replaced: number },
): QuotaDemand => {
  const [former, next] = [demandOfPod(before), demandOfPod(after)];
  return Object.fromEntries(
    Object.entries(next).map(([name, amount]) => {
      const more = amount - (former[name] ?? 0n);
      return [name, BigInt(added) * amount + (more > 0n ? BigInt(replaced) * more : 0n)];
    }),
  );
};

const demandOfPod = (total: Resources): QuotaDemand => {
  const amounts = PARTS.flatMap((part) =>
    Object.entries(total[part]).map(([resource, quantity]): [string, bigint] => [
      `${part}.${resource}`,
      nanosOf(quantity),
    ]),
  );
  return Object.fromEntries([['pods', ONE], ...amounts]);
};
