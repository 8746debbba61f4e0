import { anomalyBand, metricMath } from './expressions.ts';
import type { Metrics } from './metrics.ts';
import type { WorldAlarm, MetricLine } from './world/monitoring.ts';

/** What an alarm compares in one period: a value, and the limits it must stay within. */
export interface Datapoint {
  readonly at: number;
  readonly value: number;
  readonly breaching: boolean;
}

const HOUR = 3_600_000;

/** The period of an alarm: that of the metrics it reads. */
export const periodOf = (alarm: WorldAlarm): number =>
  (alarm.metric ?? alarm.metrics?.find((line) => line.metric !== undefined)?.metric)?.periodSeconds ?? 60;

/** The lines of an alarm. A plain alarm has one. */
const linesOf = (alarm: WorldAlarm): readonly MetricLine[] =>
  alarm.metrics ?? (alarm.metric === undefined ? [] : [{ id: 'm1', metric: alarm.metric, returnData: true }]);

/** The line with an anomaly detection band, if there is one. */
export const bandOf = (alarm: WorldAlarm): MetricLine | undefined =>
  linesOf(alarm).find((line) => line.expression !== undefined && anomalyBand(line.expression) !== undefined);

/** The datapoint of the period that starts at a moment; undefined without data. */
export const datapointAt = (alarm: WorldAlarm, metrics: Metrics, at: number): Datapoint | undefined => {
  const lines = linesOf(alarm);
  const band = bandOf(alarm);
  const compared = lines.find((line) => line.returnData && line !== band);
  if (compared === undefined) return undefined;
  const value = lineValue(compared, lines, metrics, at);
  if (value === undefined) return undefined;
  const [low, high] = band === undefined ? [] : bandAt(band, lines, metrics, at);
  return { at, value, breaching: breaches(alarm, value, low, high) };
};

const lineValue = (
  line: MetricLine,
  lines: readonly MetricLine[],
  metrics: Metrics,
  at: number,
  known = new Map<MetricLine, number | undefined>(),
): number | undefined => {
  // Each line is computed once: in a chain of expressions that read each other twice, the work would double at each.
  if (!known.has(line)) known.set(line, computed(line, lines, metrics, at, known));
  return known.get(line);
};

const computed = (
  line: MetricLine,
  lines: readonly MetricLine[],
  metrics: Metrics,
  at: number,
  known: Map<MetricLine, number | undefined>,
): number | undefined => {
  if (line.metric !== undefined) return metrics.datapoint(line.metric, at, Infinity);
  return metricMath(line.expression ?? '', (id) => {
    const other = lines.find((candidate) => candidate.id === id && candidate !== line);
    return other === undefined ? undefined : lineValue(other, lines, metrics, at, known);
  });
};

/** The expected range: the mean of the last week, plus and minus a multiple of its standard deviation. */
const bandAt = (
  band: MetricLine,
  lines: readonly MetricLine[],
  metrics: Metrics,
  at: number,
): [number, number] | [] => {
  const parsed = anomalyBand(band.expression ?? '');
  const line = lines.find((candidate) => candidate.id === parsed?.id);
  if (parsed === undefined || line === undefined) return [];
  const past = Array.from({ length: 7 * 24 }, (_, hour) => lineValue(line, lines, metrics, at - (hour + 3) * HOUR));
  const known = past.filter((value) => value !== undefined);
  if (known.length === 0) return [];
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const variance = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / known.length;
  const half = parsed.width * Math.max(Math.sqrt(variance), Math.abs(mean) * 0.05);
  return [mean - half, mean + half];
};

const breaches = (alarm: WorldAlarm, value: number, low = -Infinity, high = Infinity): boolean => {
  const threshold = alarm.threshold ?? NaN;
  switch (alarm.comparison) {
    case 'GreaterThanThreshold':
      return value > threshold;
    case 'GreaterThanOrEqualToThreshold':
      return value >= threshold;
    case 'LessThanThreshold':
      return value < threshold;
    case 'LessThanOrEqualToThreshold':
      return value <= threshold;
    case 'GreaterThanUpperThreshold':
      return value > high;
    case 'LessThanLowerThreshold':
      return value < low;
    case 'LessThanLowerOrGreaterThanUpperThreshold':
      return value < low || value > high;
  }
};
