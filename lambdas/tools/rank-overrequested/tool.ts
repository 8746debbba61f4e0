import { autoscalersIn, rules } from '../kubernetes/autoscalers.ts';
import { centsOf, noPriceText, requestPrices, type RequestPrices } from '../kubernetes/request-prices.ts';
import { counted } from '../kubernetes/text.ts';
import { observeTool } from '../tool.ts';
import { called, candidatesIn } from './candidates.ts';
import { measuredLines, worthText } from './lines.ts';
import { manifest } from './manifest.ts';
import { MOST_MEASURED, ranked, type Measured } from './ranking.ts';

/** At most this share of a request is cut at once, so no next cut is worth more. */
const MOST_CUT = 0.3;

export const tool = observeTool(manifest, async (input, { cloud, clock }) => {
  const { namespace, cluster, floorDollars } = input;
  const [{ candidates, complete }, autoscalers, prices] = await Promise.all([
    candidatesIn(cloud, input),
    autoscalersIn(cloud, input),
    requestPrices(cloud, input),
  ]);
  const asking = candidates.filter(({ asked }) => asked.millicores + asked.bytes > 0);
  const large = asking.filter(
    ({ asked }) => prices === undefined || centsOf(asked, prices) * MOST_CUT >= floorDollars * 100,
  );
  const measured = await ranked(cloud, input, large.slice(0, MOST_MEASURED), clock.now());
  const isWorthIt = ({ next }: Measured): boolean =>
    next.millicores + next.bytes > 0 && (prices === undefined || centsOf(next, prices) >= floorDollars * 100);
  const worth = measured.filter(isWorthIt);
  const rest = measured.filter((one) => !isWorthIt(one));
  const unknown = rest.filter((one) => one.unknown.length > 0);
  const kept = [
    ...rest.filter((one) => one.unknown.length === 0).map(({ candidate }) => candidate),
    ...asking.filter((one) => !large.includes(one)),
  ];
  return [
    // The finding first: people read only the first line of it.
    headline(namespace, { worth, unknown: unknown.length, of: asking.length }, prices, floorDollars),
    ...worth.flatMap((one, index) => {
      const { kind, name } = one.candidate;
      const ruling = autoscalers.filter(rules({ cluster, namespace, kind, name }));
      return measuredLines(one, index + 1, ruling, prices, clock.now());
    }),
    ...(kept.length > 0 ? [`Nothing to cut, or less than the floor: ${kept.map(called).join(', ')}.`] : []),
    ...unknown.map((one) => `Not known, so a cut would be refused: ${called(one.candidate)}. ${one.unknown.join(' ')}`),
    ...notMeasured(large.slice(MOST_MEASURED).map(called)),
    prices === undefined ? `No dollars: ${noPriceText(cluster)}.` : `Prices: ${prices.says}.`,
    ...(complete ? [] : ['Only the first 500 workloads of a kind were read.']),
  ].join('\n');
});

const headline = (
  namespace: string,
  { worth, unknown, of }: { readonly worth: readonly Measured[]; readonly unknown: number; readonly of: number },
  prices: RequestPrices | undefined,
  floorDollars: number,
): string => {
  const workloads = `${counted(of, 'workload')} with requests`;
  const blind = unknown === 0 ? '' : `; the peak of ${unknown} is not known`;
  if (worth.length === 0) {
    const least =
      prices === undefined || floorDollars === 0 ? '' : ` that is worth $${floorDollars} of requests a month`;
    return `Nothing to cut in ${namespace}${least}, of ${workloads}${blind}.`;
  }
  const total = worth.reduce(
    (sum, { next }) => ({ millicores: sum.millicores + next.millicores, bytes: sum.bytes + next.bytes }),
    { millicores: 0, bytes: 0 },
  );
  return `${worth.length} of ${workloads} in ${namespace} ${worth.length === 1 ? 'asks' : 'ask'} for too much: the next cuts free ${worthText(total, prices)}, saved only once nodes shrink${blind}.`;
};

const notMeasured = (names: readonly string[]): readonly string[] =>
  names.length === 0
    ? []
    : [`Not measured, since at most ${MOST_MEASURED} workloads are, those that ask for most: ${names.join(', ')}.`];
