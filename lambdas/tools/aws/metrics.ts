import * as z from 'zod';
import type { Cloud } from '../../contracts/ports.ts';
import { callAws, Timestamp } from './call-aws.ts';

/** A metric, the statistics wanted of it, and the window. */
export interface MetricQuery {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly stats: readonly string[];
  readonly periodSeconds: number;
  readonly from: Date;
  readonly to: Date;
}
/** Datapoints of one statistic, oldest first. */
export interface MetricSeries {
  readonly stat: string;
  readonly points: readonly { readonly at: string; readonly value: number }[];
}

const Answer = z.object({
  MetricDataResults: z
    .array(
      z.object({ Id: z.string(), Timestamps: z.array(Timestamp).default([]), Values: z.array(z.number()).default([]) }),
    )
    .default([]),
  NextToken: z.string().optional(),
});
type Result = z.output<typeof Answer>['MetricDataResults'][number];

/** Reads all pages of a metric. A metric that does not exist has no points. */
export const readMetric = async (cloud: Cloud, query: MetricQuery): Promise<MetricSeries[]> => {
  const results: Result[] = [];
  let token: string | undefined;
  do {
    const input = { ...inputOf(query), ...(token === undefined ? {} : { NextToken: token }) };
    const page = await callAws(cloud, { service: 'cloudwatch', command: 'GetMetricData', input }, Answer);
    results.push(...page.MetricDataResults);
    token = page.NextToken;
  } while (token !== undefined);
  return query.stats.map((stat, index) => ({
    stat,
    points: pointsOf(results.filter((one) => one.Id === idOf(index))),
  }));
};

/** Highest value of a percentage metric over the last 14 days; null if there are no datapoints. */
export const peakPercent = async (
  cloud: Cloud,
  now: Date,
  metric: Pick<MetricQuery, 'namespace' | 'metric' | 'dimensions'>,
): Promise<number | null> => {
  const from = new Date(now.getTime() - PEAK_DAYS * 24 * 60 * 60 * 1000);
  const series = await readMetric(cloud, { ...metric, stats: ['Maximum'], periodSeconds: 3600, from, to: now });
  const values = series.flatMap(({ points }) => points.map(({ value }) => value));
  return values.length === 0 ? null : Math.max(...values);
};

/** How far back peaks are read: two weekly cycles. */
const PEAK_DAYS = 14;

const idOf = (index: number): string => `s${index}`;

const inputOf = (query: MetricQuery) => ({
  StartTime: query.from.toISOString(),
  EndTime: query.to.toISOString(),
  ScanBy: 'TimestampAscending',
  MetricDataQueries: query.stats.map((stat, index) => ({
    Id: idOf(index),
    MetricStat: {
      Metric: {
        Namespace: query.namespace,
        MetricName: query.metric,
        Dimensions: Object.entries(query.dimensions).map(([Name, Value]) => ({ Name, Value })),
      },
      Period: query.periodSeconds,
      Stat: stat,
    },
  })),
});

const pointsOf = (pages: readonly Result[]): MetricSeries['points'] =>
  pages.flatMap(({ Timestamps, Values }) =>
    Values.flatMap((value, index) => {
      const at = Timestamps[index];
      return at === undefined ? [] : [{ at, value }];
    }),
  );
