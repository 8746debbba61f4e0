import type { MetricSeries } from '../aws/metrics.ts';
import { formatNumber } from '../aws/format.ts';
import { quantile } from '../quantile.ts';

/** How many points of a series are shown. */
const MAX_POINTS = 24;

/** One statistic in two lines: distribution and trend, then the series. */
export const seriesSummary = ({ stat, points }: MetricSeries, expected: number): string[] => {
  const [newest, ...values] = points.map(({ value }) => value).reverse();
  if (newest === undefined) return [`${stat}: no datapoints`];
  const sorted = [newest, ...values].sort((a, b) => a - b);
  const spread = [
    `highest ${formatNumber(quantile(sorted, 1))}`,
    `p95 ${formatNumber(quantile(sorted, 0.95))}`,
    `p50 ${formatNumber(quantile(sorted, 0.5))}`,
    `average ${formatNumber(mean(sorted))}`,
    `lowest ${formatNumber(quantile(sorted, 0))}`,
    `newest ${formatNumber(newest)}`,
  ].join(', ');
  return [
    `${stat}: ${spread}; ${trendOf(points)}; ${points.length} of about ${expected} datapoints`,
    `  ${seriesText(points)}`,
  ];
};

/** Compares the means of the first and the last third. A difference of up to 10 % is flat. */
const trendOf = (points: MetricSeries['points']): string => {
  const third = Math.floor(points.length / 3);
  if (third === 0) return 'too few datapoints for a trend';
  const values = points.map(({ value }) => value);
  const [first, last] = [mean(values.slice(0, third)), mean(values.slice(-third))];
  const flat = Math.abs(last - first) <= 0.1 * Math.max(Math.abs(first), Math.abs(last));
  return flat
    ? 'flat'
    : `${last > first ? 'rising' : 'falling'} from ${formatNumber(first)} to ${formatNumber(last)} (means of first and last third)`;
};

/** At most 24 points, each the highest of its neighbours, so no peak is lost. */
const seriesText = (points: MetricSeries['points']): string => {
  const size = Math.ceil(points.length / MAX_POINTS);
  const shown = points.flatMap(({ at }, index) => {
    if (index % size !== 0) return [];
    const highest = Math.max(...points.slice(index, index + size).map(({ value }) => value));
    return [`${new Date(at).toISOString().slice(5, 16).replace('T', ' ')} ${formatNumber(highest)}`];
  });
  return `${size > 1 ? `(each the highest of ${size}) ` : ''}${shown.join(' | ')}`;
};

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
