import { CloudError, ToolRefusal } from '../../contracts/errors.ts';
import type { Cloud } from '../../contracts/ports.ts';
import { UsageAnswer, USAGE_READ, type UsageMetric } from '../../contracts/usage.ts';
import { parsedAnswer } from '../answer.ts';
import { quantile } from '../quantile.ts';
import type { Place } from './call-cluster.ts';
import { spanText } from './text.ts';
import type { WorkloadKind } from './workload.ts';

/** How far back peaks are read: two weekly cycles. */
export const LONGEST_HOURS = 14 * 24;
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

/** The steps between the first and the last value in which there is none. */
interface Gap {
  readonly from: Date;
  readonly seconds: number;
}

/** What one container used: the highest of any pod in each step. Memory is in bytes, CPU in thousandths of a core, throttling in percent. */
export interface ContainerUsage {
  readonly container: string;
  readonly peak: number;
  readonly peakAt: Date;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** The beginning of the first step that has a value, and the end of the last. */
  readonly from: Date;
  readonly to: Date;
  /** The part of the whole window whose steps have a value, from 0 to 1. */
  readonly covered: number;
  readonly gaps: readonly Gap[];
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
      /** Bytes of memory, or thousandths of a core: as `wholeOf` and `millicoresOf` read quantities. */
      readonly peak: number;
      readonly p95: number;
      readonly at: Date;
      /** What the peak is of, as a sentence. */
      readonly says: string;
    }
  | { readonly kind: 'unknown'; readonly reason: string };

/** The highest usage of one container of any pod of a workload over two weeks. Data of less than half of them is not enough. */
export const usagePeak = async (
  cloud: Cloud,
  {
    container,
    ...of
  }: Omit<UsageWanted, 'containers' | 'hours' | 'metric'> & {
    readonly container: string;
    readonly metric: 'memory' | 'cpu';
  },
  now: Date,
): Promise<UsagePeak> => {
  const unknown = (reason: string): UsagePeak => ({ kind: 'unknown', reason });
  try {
    const { containers, source } = await readUsage(
      cloud,
      { ...of, containers: [container], hours: LONGEST_HOURS },
      now,
    );
    const found = containers.find((one) => one.container === container);
    if (found === undefined) return unknown(`${source} has no ${of.metric} of ${of.name}/${container}.`);
    const { peak, p95, peakAt: at, covered } = found;
    const share = `${Math.floor(covered * 100)} % of the last 14 days`;
    if (covered < LEAST_COVERED)
      return unknown(
        `${source} has ${of.metric} of ${of.name}/${container} for only ${share}; at least half is needed.`,
      );
    return { kind: 'known', peak, p95, at, says: `The highest ${of.metric} in ${source}, which covers ${share}.` };
  } catch (error) {
    if (error instanceof CloudError || error instanceof ToolRefusal) return unknown(error.message);
    throw error;
  }
};

/** As short as the number of steps allows, in whole steps of five minutes. */
const stepOf = (hours: number): number =>
  Math.ceil((hours * 3600) / MOST_STEPS / SHORTEST_STEP_SECONDS) * SHORTEST_STEP_SECONDS;

const dateOf = (seconds: number): Date => new Date(seconds * 1000);

const containerUsage = (
  { container, points }: UsageAnswer['series'][number],
  stepSeconds: number,
  steps: number,
): ContainerUsage[] => {
  const ordered = points.toSorted(([one], [other]) => one - other);
  const [first, last] = [ordered[0], ordered.at(-1)];
  if (first === undefined || last === undefined) return [];
  const values = ordered.map(([, value]) => value).toSorted((one, other) => one - other);
  const highest = ordered.reduce((peak, point) => (point[1] > peak[1] ? point : peak), first);
  return [
    {
      container,
      peak: highest[1],
      peakAt: dateOf(highest[0]),
      p50: quantile(values, 0.5),
      p95: quantile(values, 0.95),
      p99: quantile(values, 0.99),
      from: dateOf(first[0] - stepSeconds),
      to: dateOf(last[0]),
      covered: Math.min(1, ordered.length / steps),
      gaps: gapsIn(ordered, stepSeconds),
    },
  ];
};

const gapsIn = (points: UsageAnswer['series'][number]['points'], stepSeconds: number): Gap[] =>
  points.flatMap(([at], index) => {
    const before = points[index - 1]?.[0] ?? at;
    const seconds = at - before - stepSeconds;
    return seconds >= stepSeconds ? [{ from: dateOf(before), seconds }] : [];
  });

/** How much of a window has data, as a sentence: the data may be younger than the window, or have gaps. */
export const coverageText = (usage: Usage, { from, to, covered, gaps }: ContainerUsage): string => {
  const window = spanText(usage.to.getTime() - usage.from.getTime());
  const late = from.getTime() - usage.from.getTime() > usage.stepSeconds * 1000;
  const early = usage.to.getTime() - to.getTime() > usage.stepSeconds * 1000;
  const longest = gaps.toSorted((one, other) => other.seconds - one.seconds)[0];
  const parts = [
    late ? `the data begins only ${spanText(usage.to.getTime() - from.getTime())} ago` : '',
    early ? `it ends ${spanText(usage.to.getTime() - to.getTime())} ago` : '',
    longest === undefined
      ? ''
      : `${gaps.length === 1 ? 'there is a gap' : `there are ${gaps.length} gaps, the longest`} of ${spanText(longest.seconds * 1000)}`,
  ].filter((part) => part !== '');
  const share = Math.floor(covered * 100);
  return parts.length === 0 ? `all ${window} have data` : `${share} % of the ${window} have data: ${parts.join(', ')}`;
};
