import type { Autoscaler } from '../kubernetes/autoscalers.ts';
import { centsOf, dollarsText, weightOf, type Amounts, type RequestPrices } from '../kubernetes/request-prices.ts';
import { bytesText, coresText, counted, whenText } from '../kubernetes/text.ts';
import { called } from './candidates.ts';
import type { Excess, Resource } from './headroom.ts';
import { autoscalerMarks, sourceMarks } from './marks.ts';
import type { Measured } from './ranking.ts';

/** `3.6 cores and 4 GiB of requests, $94.35 a month`. */
export const worthText = (amounts: Amounts, prices: RequestPrices | undefined): string =>
  `${amountsText(amounts)} of requests${prices === undefined ? '' : `, ${dollarsText(centsOf(amounts, prices))} a month`}`;

/** What one workload asks for, what of it may go, and what else rules it. */
export const measuredLines = (
  { candidate, excess, unknown, next, all }: Measured,
  rank: number,
  autoscalers: readonly Autoscaler[],
  prices: RequestPrices | undefined,
  now: Date,
): readonly string[] => {
  const { asked, pods, workload } = candidate;
  return [
    `${rank}. ${called(candidate)}: the next cut frees ${worthText(next, prices)}${weightOf(all) > weightOf(next) ? `; all that could follow together ${worthText(all, prices)}` : ''}. It asks for ${amountsText(asked)} in ${counted(pods, 'pod')}.`,
    ...excess.map((one) => `   ${excessText(one, now)}`),
    ...[...autoscalers.flatMap(autoscalerMarks), ...sourceMarks(workload.metadata)].map((mark) => `   ${mark}`),
    ...(unknown.length > 0 ? [`   Not known, so a cut of it would be refused: ${unknown.join(' ')}`] : []),
  ];
};

const amountsText = ({ millicores, bytes }: Amounts): string =>
  [...(millicores > 0 ? [coresText(millicores)] : []), ...(bytes > 0 ? [bytesText(bytes)] : [])].join(' and ');

const excessText = ({ container, resource, request, peak, least, next }: Excess, now: Date): string => {
  const text = TEXT[resource];
  const share = Math.round((peak.peak / request) * 100);
  return (
    `${container}: ${resource === 'cpu' ? 'CPU' : 'memory'} request ${text(request)}, peak ${text(peak.peak)} (${share} %) at ${whenText(peak.at.toISOString(), now)}, p95 ${text(peak.p95)}. ` +
    `Next cut: to ${quantityOf(resource, next)}${next === least ? '' : `; later down to ${quantityOf(resource, least)}`}.`
  );
};

const TEXT: Record<Resource, (amount: number) => string> = { cpu: coresText, memory: bytesText };

/** As `set_resources` takes it. */
const quantityOf = (resource: Resource, amount: number): string =>
  resource === 'cpu' ? `${amount}m` : `${Math.ceil(amount / 1024 ** 2)}Mi`;
