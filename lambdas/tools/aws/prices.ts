import * as z from 'zod';
import type { DryRunReport } from '../../contracts/plan.ts';
import { ERROR } from '../../contracts/error-names.ts';
import { CloudError, StepError } from '../../contracts/errors.ts';
import type { Cloud } from '../../contracts/ports.ts';
import { callAws, JsonText } from './call-aws.ts';

/** US cents per month at list price, or why the price is unknown. */
export type InstancePrice =
  { readonly centsPerMonth: number } | { readonly centsPerMonth: null; readonly reason: string };

/** AWS's own month: 365 days / 12 × 24 hours. */
const HOURS_PER_MONTH = 730;

const Product = z.object({
  terms: z.object({
    OnDemand: z
      .record(
        z.string(),
        z.object({
          priceDimensions: z.record(
            z.string(),
            z.object({ unit: z.string(), pricePerUnit: z.object({ USD: z.coerce.number().optional() }) }),
          ),
        }),
      )
      .default({}),
  }),
});
const Answer = z.object({ PriceList: z.array(JsonText.pipe(Product)).default([]) });

/** On-demand list price of an instance type with Linux and shared tenancy, in the cloud's Region. */
export const instancePriceOf = async (cloud: Cloud, instanceType: string): Promise<InstancePrice> => {
  const input = { ServiceCode: 'AmazonEC2', Filters: filters(instanceType, cloud.region), MaxResults: 100 };
  try {
    const { PriceList } = await callAws(cloud, { service: 'pricing', command: 'GetProducts', input }, Answer);
    const hourly = new Set(PriceList.flatMap(dollarsPerHour));
    const [dollars, ...others] = hourly;
    if (dollars !== undefined && others.length === 0) return { centsPerMonth: dollars * 100 * HOURS_PER_MONTH };
    return unknown(`the price list has ${hourly.size} prices for ${instanceType} in ${cloud.region}, expected one`);
  } catch (error) {
    // The price list must not block a change: policy decides about an unknown price.
    const unreachable = error instanceof StepError && error.code === ERROR.cloudUnavailable;
    if (unreachable || error instanceof CloudError)
      return unknown(`the price list could not be read: ${error.message}`);
    throw error;
  }
};

/** A number of instances of one type, with their price. */
export interface PricedFleet {
  readonly type: string;
  readonly count: number;
  readonly price: InstancePrice;
}

/** The difference in monthly cost between two sets of instances. */
export const costDelta = (before: PricedFleet, after: PricedFleet): DryRunReport['cost'] => {
  if (before.price.centsPerMonth === null) return unknownCost(before.price.reason);
  if (after.price.centsPerMonth === null) return unknownCost(after.price.reason);
  const from = before.price.centsPerMonth * before.count;
  const to = after.price.centsPerMonth * after.count;
  const delta = Math.round(to - from);
  const bill = `${before.count} × ${before.type} ${dollars(from)} → ${after.count} × ${after.type} ${dollars(to)}`;
  return {
    deltaCentsPerMonth: delta,
    says: `${signed(delta)} a month: ${bill} (${BASIS})`,
  };
};

/** The price of one instance type of a group. */
export interface PricedType {
  readonly type: string;
  readonly price: InstancePrice;
}

/**
 * The difference in monthly cost when a group of several instance types gets `step` instances more or fewer. Nobody
 * knows which type it picks, so an added one costs as much as the dearest, and a removed one saves as much as the cheapest.
 */
export const mixedCostDelta = (step: number, types: readonly PricedType[]): DryRunReport['cost'] => {
  const prices: { type: string; cents: number }[] = [];
  for (const { type, price } of types) {
    if (price.centsPerMonth === null) return unknownCost(price.reason);
    prices.push({ type, cents: price.centsPerMonth });
  }
  const sorted = prices.toSorted((one, other) => one.cents - other.cents);
  const each = step > 0 ? sorted.at(-1) : sorted[0];
  if (each === undefined) return unknownCost('the group has no instances, so its instance type is unknown');
  const delta = Math.round(step * each.cents);
  const [count, bound, rank] =
    step > 0 ? [`${step} more`, 'at most', 'dearest'] : [`${-step} fewer`, 'at least', 'cheapest'];
  const names = types.map(({ type }) => type).join(', ');
  return {
    deltaCentsPerMonth: delta,
    says: `${signed(delta)} a month: ${count}, each ${bound} a ${each.type} at ${dollars(each.cents)}, the ${rank} of ${names} (${BASIS})`,
  };
};

export const unknownCost = (reason: string): DryRunReport['cost'] => ({
  deltaCentsPerMonth: null,
  says: `unknown: ${reason}`,
});
const unknown = (reason: string): InstancePrice => ({ centsPerMonth: null, reason });
const BASIS = 'list price, Linux, on demand, 730 hours';
const signed = (cents: number): string => `${cents < 0 ? '−' : '+'}${dollars(Math.abs(cents))}`;
const dollars = (cents: number): string => `$${(cents / 100).toFixed(2)}`;

const dollarsPerHour = ({ terms }: z.output<typeof Product>): number[] =>
  Object.values(terms.OnDemand)
    .flatMap((term) => Object.values(term.priceDimensions))
    .flatMap(({ unit, pricePerUnit: { USD } }) => (unit === 'Hrs' && USD !== undefined && USD > 0 ? [USD] : []));

const filters = (instanceType: string, region: string) =>
  Object.entries({
    instanceType,
    regionCode: region,
    operatingSystem: 'Linux',
    tenancy: 'Shared',
    preInstalledSw: 'NA',
    capacitystatus: 'Used',
  }).map(([Field, Value]) => ({ Type: 'TERM_MATCH', Field, Value }));
