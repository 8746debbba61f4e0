import type { FactName, Facts } from '../../../contracts/facts.ts';
import type { DryRunCheck } from '../../../contracts/plan.ts';
import type { ProviderCall } from '../../../contracts/tool.ts';
import { USAGE_READ } from '../../../contracts/usage.ts';
import type { ToolContext } from '../../tool.ts';
import { nanosOf } from '../quantity.ts';
import { bytesText, coresText, whenText } from '../text.ts';
import { usagePeaks, type UsagePeak } from '../usage.ts';
import { cutsOf, type Unit } from './capacity.ts';
import type { WorkloadPlace } from './edit.ts';

/** The read that `measuredPeak` makes. */
export const PEAK_READS = [USAGE_READ] as const satisfies readonly ProviderCall[];

/**
 * How far back the peak is read again right before a change that people approved. A question to people expires within 24
 * hours, and their grant within one: what came before, the plan knows.
 */
const RECENT_HOURS = 26;

const METRICS = ['memory', 'cpu'] as const;
type Metric = (typeof METRICS)[number];

/** One container in one dimension that shrinks, and what is left of it, in bytes or thousandths of a core. */
interface Cut {
  readonly metric: Metric;
  readonly container: string;
  readonly left: number;
  readonly of: 'limit' | 'request';
}

/** What a change takes away: from containers, by themselves or by there being fewer pods. */
export interface Shrinking {
  readonly units: readonly Unit[];
  /** Numbers of pods, if they change. Fewer of them share the same load. */
  readonly pods?: { readonly before: number; readonly after: number };
}

/** The observed peak as a share of what is left, in %, and the line of the dry-run report that says so. */
export interface MeasuredPeak {
  readonly percent: number;
  /** None where nothing shrinks. */
  readonly checks: readonly DryRunCheck[];
  /** Those that are known. */
  readonly peaks: readonly Peak[];
}

/** What one container of any pod used at most, in bytes or thousandths of a core. */
export interface Peak {
  readonly metric: Metric;
  readonly container: string;
  readonly peak: number;
}

/**
 * Reads what was used at most where something shrinks: memory as a share of the limit or else the request, CPU of the
 * request or else the limit. The worst counts. What is not known counts as 100 %.
 */
export const measuredPeak = async (
  { cloud, clock, planned }: ToolContext,
  place: WorkloadPlace,
  shrinking: Shrinking,
): Promise<MeasuredPeak> => {
  const { cuts, unknown } = whatShrinks(shrinking);
  if (cuts.length === 0 && unknown.length === 0) return { percent: 0, checks: [], peaks: [] };
  const { cluster, namespace, kind, name } = place;
  const hours = planned === undefined ? {} : { hours: RECENT_HOURS };
  const now = clock.now();
  // What cannot be compared makes all of it unknown, whatever was measured besides.
  const wanted = unknown.length > 0 ? [] : METRICS.filter((metric) => cuts.some((cut) => cut.metric === metric));
  const found = await Promise.all(
    wanted.map(async (metric) => {
      const own = cuts.filter((cut) => cut.metric === metric);
      const containers = [...new Set(own.map(({ container }) => container))];
      const peaks = await usagePeaks(cloud, { cluster, namespace, kind, name, containers, metric, ...hours }, now);
      return own.map((cut) =>
        shareOf(
          cut,
          peaks.find(({ container }) => container === cut.container),
          shrinking,
          now,
        ),
      );
    }),
  );
  const shares: readonly Share[] = [...unknown.map(asUnknown), ...found.flat()];
  const percent = Math.max(known(planned?.peakUsePercentAfter), ...shares.map((share) => share.percent));
  const peaks = shares.flatMap(({ peak }) => (peak === undefined ? [] : [peak]));
  return { percent, checks: [checkOf(shares)], peaks };
};

/** The peak of the plan. Its own computation never leaves it out. */
const known = (percent: Facts[FactName]): number => (typeof percent === 'number' ? percent : 0);

interface Share {
  readonly known: boolean;
  readonly percent: number;
  readonly peak?: Peak;
  readonly says: string;
}

const asUnknown = (reason: string): Share => ({ known: false, percent: 100, says: reason });

const whatShrinks = ({ units, pods }: Shrinking): { cuts: readonly Cut[]; unknown: readonly string[] } => {
  if (pods !== undefined && pods.after >= pods.before) return { cuts: [], unknown: [] };
  if (pods?.after === 0) return { cuts: [], unknown: ['No pod would be left.'] };
  const cuts: Cut[] = [];
  const unknown: string[] = [];
  // A sum shrinks with its containers, which are compared one by one, unless one of them goes.
  for (const unit of units.filter(({ gone }) => gone?.length !== 0))
    for (const resource of pods === undefined ? cutsOf(unit) : METRICS) {
      const cut = unit.container === undefined ? undefined : cutIn(unit.container, unit, resource);
      if (cut !== undefined) cuts.push(cut);
      else unknown.push(whyUnknown(unit, resource));
    }
  return { cuts, unknown };
};

const cutIn = (container: string, { after: { requests, limits } }: Unit, resource: string): Cut | undefined => {
  const metric = METRICS.find((one) => one === resource);
  if (metric === undefined) return undefined;
  const unit = metric === 'memory' ? 1e9 : 1e6;
  const given = (['limit', 'request'] as const)
    .map((of) => ({ of, left: Number(nanosOf((of === 'limit' ? limits : requests)[metric] ?? '0')) / unit }))
    .filter(({ left }) => left > 0);
  const [of] = metric === 'memory' ? given : given.toReversed();
  return of && { metric, container, ...of };
};

const whyUnknown = ({ container, gone }: Unit, resource: string): string => {
  if (gone !== undefined)
    return `With ${gone.join(', ')} goes its ${resource}, and which container does its work then is not measured.`;
  if (container === undefined) return `The use of ${resource} by the pod as a whole is not measured.`;
  return METRICS.some((metric) => metric === resource)
    ? `${container} would have neither a request nor a limit of ${resource}, so its use has nothing to be compared with.`
    : `The use of ${resource} by ${container} is not measured.`;
};

const shareOf = (cut: Cut, peak: UsagePeak | undefined, { pods }: Shrinking, now: Date): Share => {
  if (peak?.kind !== 'known')
    return asUnknown(peak?.reason ?? `The ${cut.metric} of ${cut.container} was not measured.`);
  const { before, after } = pods ?? { before: 1, after: 1 };
  const percent = Math.ceil((peak.peak * 100 * before) / (cut.left * after));
  const amount = cut.metric === 'memory' ? bytesText : coresText;
  const spread = pods === undefined ? '' : `, if ${after} pods did the work of ${before}`;
  const what = `${cut.metric === 'cpu' ? 'CPU' : 'memory'} of ${cut.container}: ${amount(peak.peak)} at ${whenText(peak.at.toISOString(), now)}`;
  const of = `${percent} % of its ${cut.of} of ${amount(cut.left)} after the change${spread}`;
  const says = `${what}, ${of}; p95 ${amount(peak.p95)}. ${peak.says}`;
  return { known: true, percent, says, peak: { metric: cut.metric, container: cut.container, peak: peak.peak } };
};

const checkOf = (shares: readonly Share[]): DryRunCheck => {
  const name = 'measured peak';
  const unknown = shares.filter(({ known }) => !known);
  const worstFirst = shares.toSorted((one, other) => other.percent - one.percent);
  return unknown.length > 0
    ? {
        name,
        outcome: 'unknown',
        detail: `not known, so it counts as 100 %: ${unknown.map(({ says }) => says).join(' ')}`,
      }
    : { name, outcome: 'passed', detail: worstFirst.map(({ says }) => says).join(' ') };
};
