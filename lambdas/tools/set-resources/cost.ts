import type { DryRunReport } from '../../contracts/plan.ts';
import { unknownCost } from '../aws/prices.ts';
import type { Unit } from '../kubernetes/changes/capacity.ts';
import type { Peak } from '../kubernetes/changes/measured-peak.ts';
import type { Resources } from '../kubernetes/objects.ts';
import { millicoresOf, wholeOf } from '../kubernetes/quantity.ts';
import { centsOf, dollarsText, noPriceText, type Amounts, type RequestPrices } from '../kubernetes/request-prices.ts';
import { bytesText, coresText, counted } from '../kubernetes/text.ts';

/** One container of so many pods, and the most that it was seen to use. */
interface Requested {
  readonly cluster: string;
  readonly unit: Unit;
  readonly pods: number;
  readonly peaks: readonly Peak[];
}

/**
 * What other requests are worth. The bill stays as it is until nodes come or go, so the cost itself is not known, and policies
 * about unknown costs hold. As OpenCost counts, a container costs its request or its use, whichever is more; its use counts
 * as the measured peak, so a saving is rather too small.
 */
export const requestsCost = (
  { cluster, unit, pods, peaks }: Requested,
  prices: RequestPrices | undefined,
): DryRunReport['cost'] => {
  const why = 'requests cost nothing by themselves; nodes are paid for, and may be added or removed for them';
  if (prices === undefined) return unknownCost(`${why}. What these are worth is not known: ${noPriceText(cluster)}`);
  const [before, after] = [charged(unit.before, peaks), charged(unit.after, peaks)];
  const each = { millicores: after.millicores - before.millicores, bytes: after.bytes - before.bytes };
  const cents = centsOf({ millicores: each.millicores * pods, bytes: each.bytes * pods }, prices);
  const worth = (says: string): DryRunReport['cost'] => ({
    deltaCentsPerMonth: null,
    requestsDeltaCentsPerMonth: cents,
    says,
  });
  if (each.millicores === 0 && each.bytes === 0)
    return worth('the requests stay as they are, so nodes have as much to hold');
  const [much, until] =
    cents <= 0
      ? ['less', 'saved only once nodes shrink']
      : ['more', 'paid only once nodes are added for it, which can be at once'];
  return worth(
    `${dollarsText(cents)} of requests a month ${much}, ${until}: ${counted(pods, 'pod')} with ${eachText(each)} each; ${prices.says}`,
  );
};

const charged = ({ requests }: Resources, peaks: readonly Peak[]): Amounts => {
  const used = (metric: Peak['metric']): number => peaks.find((one) => one.metric === metric)?.peak ?? 0;
  return {
    millicores: Math.max(millicoresOf(requests['cpu'] ?? '0'), used('cpu')),
    bytes: Math.max(wholeOf(requests['memory'] ?? '0'), used('memory')),
  };
};

const eachText = ({ millicores, bytes }: Amounts): string =>
  [
    ...(millicores === 0 ? [] : [`${coresText(Math.abs(millicores))} ${millicores < 0 ? 'less' : 'more'}`]),
    ...(bytes === 0 ? [] : [`${bytesText(Math.abs(bytes))} ${bytes < 0 ? 'less' : 'more'}`]),
  ].join(' and ');
