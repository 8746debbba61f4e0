import type { NodePrice } from '../../contracts/clusters.ts';
import type { Cloud } from '../../contracts/ports.ts';
import type { ProviderCall } from '../../contracts/tool.ts';
import { NODE_PRICE_READ, NodePriceAnswer } from '../../contracts/usage.ts';
import { parsedAnswer } from '../answer.ts';
import type { Place } from './call-cluster.ts';

/** The read that `requestPrices` makes. */
export const PRICE_READS = [NODE_PRICE_READ] as const satisfies readonly ProviderCall[];

/** What a core costs in GiB of memory, as OpenCost has it: the ratio of Google's list prices. */
const CORE_IN_GIB = 7.46;
const GIB = 1024 ** 3;

/** What containers ask for, or use. */
export interface Amounts {
  readonly millicores: number;
  readonly bytes: number;
}

/** Dollars a month of what is asked for, and where they come from. */
export interface RequestPrices {
  readonly perCore: number;
  readonly perGiB: number;
  /** As a sentence without a full stop. */
  readonly says: string;
}

/** CPU and memory as one number, in GiB of memory. It ranks without a price. */
export const weightOf = ({ millicores, bytes }: Amounts): number => (millicores / 1000) * CORE_IN_GIB + bytes / GIB;

/** Cents a month of what is asked for. */
export const centsOf = (amounts: Amounts, { perGiB }: RequestPrices): number =>
  Math.round(weightOf(amounts) * perGiB * 100);

/** The prices in a cluster; undefined where the settings name no price of a node. */
export const requestPrices = async (
  cloud: Cloud,
  { cluster, namespace }: Place,
): Promise<RequestPrices | undefined> => {
  const request = { ...NODE_PRICE_READ, input: { cluster, namespace } };
  const { nodePrice } = await parsedAnswer(cloud, request, NodePriceAnswer, 'The settings');
  return nodePrice === null ? undefined : pricesOf(nodePrice);
};

/** The price of a node spread over its cores and its memory, by OpenCost's method. */
const pricesOf = ({ dollarsPerMonth, cores, memoryGiB }: NodePrice): RequestPrices => {
  const perGiB = dollarsPerMonth / (cores * CORE_IN_GIB + memoryGiB);
  const perCore = perGiB * CORE_IN_GIB;
  const node = `a node of ${cores} cores and ${memoryGiB} GiB at $${dollarsPerMonth.toFixed(2)}`;
  return {
    perCore,
    perGiB,
    says: `$${perCore.toFixed(2)} a core and $${perGiB.toFixed(2)} a GiB a month, by OpenCost's method from ${node} (\`nodePrice\` in the settings)`,
  };
};

/** `$450.00`, of cents without a sign. */
export const dollarsText = (cents: number): string => `$${(Math.abs(cents) / 100).toFixed(2)}`;

/** Why dollars are not known. */
export const noPriceText = (cluster: string): string =>
  `the settings name no price of a node of the cluster ${cluster} (\`nodePrice\`)`;
