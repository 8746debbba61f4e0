import type { UsageAnswer } from '../../contracts/usage.ts';
import { quantile } from '../quantile.ts';
import { spanText } from './text.ts';

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

/** The window that was asked for. */
interface Window {
  readonly from: Date;
  readonly to: Date;
  readonly stepSeconds: number;
}

/** A moment in seconds since 1970. */
export const dateOf = (seconds: number): Date => new Date(seconds * 1000);

/** What a series says of its container: nothing if it has no point. */
export const containerUsage = (
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
export const coverageText = (usage: Window, { from, to, covered, gaps }: ContainerUsage): string => {
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
