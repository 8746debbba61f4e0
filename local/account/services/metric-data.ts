import * as z from 'zod';
import { CloudError } from '../../../lambdas/contracts/errors.ts';
import { iso } from '../command.ts';
import { anomalyBand, metricMath } from '../expressions.ts';
import type { State } from '../state.ts';
import { MetricStat } from '../world/monitoring.ts';

const Dimensions = z.array(z.strictObject({ Name: z.string(), Value: z.string() })).default([]);
const Metric = z.strictObject({ Namespace: z.string(), MetricName: z.string(), Dimensions });
/** One line of GetMetricData. */
export const MetricDataQuery = z.strictObject({
  Id: z.string().regex(/^[a-z][a-zA-Z0-9_]*$/, 'an id that starts with a lower-case letter'),
  MetricStat: z.strictObject({ Metric, Period: z.int(), Stat: z.string(), Unit: z.string().optional() }).optional(),
  Expression: z.string().optional(),
  Label: z.string().optional(),
  ReturnData: z.boolean().default(true),
  Period: z.int().optional(),
});
type Query = z.infer<typeof MetricDataQuery>;

interface Range {
  readonly from: number;
  readonly to: number;
  readonly order: string;
}

/** The datapoints that GetMetricData answers with, a result for each line that returns data. */
export const metricData = (queries: readonly Query[], range: Range, state: State) =>
  queries.filter((query) => query.ReturnData).map((query) => result(query, queries, range, state));

const result = (query: Query, all: readonly Query[], range: Range, state: State) => {
  const period =
    (query.MetricStat?.Period ??
      query.Period ??
      all.find((other) => other.MetricStat !== undefined)?.MetricStat?.Period ??
      60) * 1000;
  const points: { at: number; value: number }[] = [];
  for (let at = Math.ceil(range.from / period) * period; at < range.to && at <= state.now(); at += period) {
    const value = valueOf(query, all, at, state);
    if (value !== undefined) points.push({ at, value });
  }
  if (range.order === 'TimestampDescending') points.reverse();
  return {
    Id: query.Id,
    Label: query.Label ?? query.MetricStat?.Metric.MetricName ?? query.Id,
    Timestamps: points.map((point) => iso(point.at)),
    Values: points.map((point) => point.value),
    StatusCode: 'Complete',
  };
};

const valueOf = (query: Query, all: readonly Query[], at: number, state: State): number | undefined => {
  if (query.MetricStat !== undefined) {
    const { Metric: metric, Period: periodSeconds, Stat: stat } = query.MetricStat;
    const dimensions = Object.fromEntries(metric.Dimensions.map(({ Name, Value }) => [Name, Value]));
    const parsed = MetricStat.safeParse({
      namespace: metric.Namespace,
      name: metric.MetricName,
      dimensions,
      stat,
      periodSeconds,
    });
    if (!parsed.success)
      throw new CloudError(
        'ValidationError',
        `Error in metric stat of query '${query.Id}': ${parsed.error.issues[0]?.message ?? ''}`,
      );
    return state.metrics.datapoint(parsed.data, at, state.now());
  }
  if (query.Expression === undefined || anomalyBand(query.Expression) !== undefined) {
    throw new CloudError(
      'ValidationError',
      `Error in expression '${query.Id}': this expression is not supported by the simulated account`,
    );
  }
  return metricMath(query.Expression, (id) => {
    const other = all.find((candidate) => candidate.Id === id && candidate !== query);
    if (other === undefined)
      throw new CloudError('ValidationError', `Error in expression '${query.Id}': Unknown identifier ${id}`);
    return valueOf(other, all, at, state);
  });
};
