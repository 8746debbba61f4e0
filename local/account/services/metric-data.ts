import * as z from 'zod';
import { CloudError } from '../../../lambdas/contracts/errors.ts';
import { iso } from '../command.ts';
import type { State } from '../state.ts';
import { MetricStat } from '../world/metric.ts';

const Dimensions = z.array(z.strictObject({ Name: z.string(), Value: z.string() })).default([]);
const Metric = z.strictObject({ Namespace: z.string(), MetricName: z.string(), Dimensions });
/** One line of GetMetricData. */
export const MetricDataQuery = z.strictObject({
  Id: z.string().regex(/^[a-z][a-zA-Z0-9_]*$/, 'an id that starts with a lower-case letter'),
  MetricStat: z.strictObject({ Metric, Period: z.int(), Stat: z.string() }),
});
type Query = z.infer<typeof MetricDataQuery>;

interface Range {
  readonly from: number;
  readonly to: number;
  readonly order: string;
}

/** The datapoints that GetMetricData answers with, a result for each line. */
export const metricData = (queries: readonly Query[], range: Range, state: State) =>
  queries.map((query) => result(query, range, state));

const result = ({ Id, MetricStat: stat }: Query, { from, to, order }: Range, state: State) => {
  const metric = metricOf(Id, stat);
  const period = stat.Period * 1000;
  const points: { at: number; value: number }[] = [];
  for (let at = Math.ceil(from / period) * period; at < to && at <= state.now(); at += period) {
    const value = state.metrics.datapoint(metric, at, state.now());
    if (value !== undefined) points.push({ at, value });
  }
  if (order === 'TimestampDescending') points.reverse();
  return {
    Id,
    Label: stat.Metric.MetricName,
    Timestamps: points.map((point) => iso(point.at)),
    Values: points.map((point) => point.value),
    StatusCode: 'Complete',
  };
};

const metricOf = (
  id: string,
  { Metric: metric, Period: periodSeconds, Stat: stat }: Query['MetricStat'],
): MetricStat => {
  const dimensions = Object.fromEntries(metric.Dimensions.map(({ Name, Value }) => [Name, Value]));
  const { Namespace: namespace, MetricName: name } = metric;
  const parsed = MetricStat.safeParse({ namespace, name, dimensions, stat, periodSeconds });
  if (parsed.success) return parsed.data;
  const problem = parsed.error.issues[0]?.message ?? '';
  throw new CloudError('ValidationError', `Error in metric stat of query '${id}': ${problem}`);
};
