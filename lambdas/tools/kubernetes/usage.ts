import { CloudError, ToolRefusal } from '../../contracts/errors.ts';
import type { Cloud } from '../../contracts/ports.ts';
import { UsageAnswer, USAGE_READ, type UsageMetric } from '../../contracts/usage.ts';
import { parsedAnswer } from '../answer.ts';
import type { Place } from './call-cluster.ts';
import { spanText } from './text.ts';
import { containerUsage, dateOf, type ContainerUsage } from './usage-summary.ts';
import type { WorkloadKind } from './workload.ts';

/** How far back peaks are read: two weekly cycles. */
const LONGEST_HOURS = 14 * 24;
/** What a window has at most of steps, and how short a step may be: the rates of CPU are over five minutes. */
const MOST_STEPS = 1344;
const SHORTEST_STEP_SECONDS = 300;
/** A peak of less than this part of a window is the peak of another window. */
const LEAST_COVERED = 0.5;

/** What is asked of a workload, or of some of its containers. */
export interface UsageWanted extends Place {
  readonly kind: WorkloadKind;
  readonly name: string;
  readonly containers: readonly string[];
  readonly metric: UsageMetric;
  readonly hours: number;
}

/** The usage of a workload over a window. */
export interface Usage {
  readonly source: string;
  readonly from: Date;
  readonly to: Date;
  readonly stepSeconds: number;
  /** Without containers of which nothing is known. */
  readonly containers: readonly ContainerUsage[];
  readonly warnings: readonly string[];
}

/** Reads the usage of a workload up to now. The manifest of the tool must list `USAGE_READ`. */
export const readUsage = async (cloud: Cloud, wanted: UsageWanted, now: Date): Promise<Usage> => {
  const { hours, containers, cluster, namespace, kind, name, metric } = wanted;
  const to = Math.floor(now.getTime() / 1000);
  const stepSeconds = stepOf(hours);
  const steps = Math.floor((hours * 3600) / stepSeconds);
  const from = to - steps * stepSeconds;
  const range = { from: dateOf(from).toISOString(), to: dateOf(to).toISOString(), stepSeconds };
  const input = { cluster, namespace, kind, name, containers: [...containers], metric, ...range };
  const answer = await parsedAnswer(cloud, { ...USAGE_READ, input }, UsageAnswer, 'The source of usage');
  return {
    source: answer.source,
    from: dateOf(from),
    to: dateOf(to),
    stepSeconds,
    containers: answer.series.flatMap((series) => containerUsage(series, stepSeconds, steps)),
    warnings: answer.warnings,
  };
};

/** A peak, or why it is not known. What is not known counts as 100 %. */
export type UsagePeak =
  | {
      readonly kind: 'known';
      readonly container: string;
      /** Bytes of memory, or thousandths of a core: as `wholeOf` and `millicoresOf` read quantities. */
      readonly peak: number;
      readonly p95: number;
      readonly at: Date;
      /** What the peak is of, as a sentence. */
      readonly says: string;
    }
  | { readonly kind: 'unknown'; readonly container: string; readonly reason: string };

/** Whose peak is asked for. */
export interface PeakWanted extends Omit<UsageWanted, 'metric' | 'hours'> {
  readonly metric: 'memory' | 'cpu';
  /** How far back; by default two weeks. */
  readonly hours?: number;
}

/**
 * The highest usage of each of some containers of any pod of a workload, by default over two weeks. Data of less than half
 * of the window are not enough.
 */
export const usagePeaks = async (
  cloud: Cloud,
  { hours = LONGEST_HOURS, ...of }: PeakWanted,
  now: Date,
): Promise<readonly UsagePeak[]> => {
  const unknown = (container: string, reason: string): UsagePeak => ({ kind: 'unknown', container, reason });
  try {
    const { containers, source } = await readUsage(cloud, { ...of, hours }, now);
    const window = `the last ${spanText(hours * 3_600_000)}`;
    return of.containers.map((container) => {
      const found = containers.find((one) => one.container === container);
      const whose = `${of.metric} of ${of.name}/${container}`;
      if (found === undefined) return unknown(container, `${source} has no ${whose} in ${window}.`);
      const { peak, p95, peakAt: at, covered } = found;
      const share = `${Math.floor(covered * 100)} % of ${window}`;
      if (covered < LEAST_COVERED)
        return unknown(container, `${source} has ${whose} for only ${share}; at least half is needed.`);
      const says = `The highest ${of.metric} in ${source}, which covers ${share}.`;
      return { kind: 'known', container, peak, p95, at, says };
    });
  } catch (error) {
    if (!(error instanceof CloudError || error instanceof ToolRefusal)) throw error;
    const { message } = error;
    return of.containers.map((container) => unknown(container, message));
  }
};

/** As short as the number of steps allows, in whole steps of five minutes. */
const stepOf = (hours: number): number =>
  Math.ceil((hours * 3600) / MOST_STEPS / SHORTEST_STEP_SECONDS) * SHORTEST_STEP_SECONDS;
