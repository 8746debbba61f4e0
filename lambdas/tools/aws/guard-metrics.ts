import * as z from 'zod';
import type { Target } from '../../contracts/plan.ts';
import type { CloudRequest } from '../../contracts/ports.ts';
import type { HealthCheck, ToolContext } from '../tool.ts';
import { callAws } from './call-aws.ts';

/** A metric that must not go above 0 after a change, whatever the alarm says. */
interface GuardMetric {
  readonly name: string;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** The status checks of an EC2 instance from a change until now. */
export const instanceGuards = async (
  { id }: Pick<Target, 'id'>,
  context: ToolContext,
  since: Date,
): Promise<HealthCheck[]> => {
  const dimensions = { InstanceId: id };
  const guard = { name: 'status checks', namespace: 'AWS/EC2', metric: 'StatusCheckFailed', dimensions };
  return [healthOf(guard, await newestFirst(guard, context, since))];
};

/** So many of the newest minutes must be bad, since a machine that is booting fails its checks for a moment. */
const STEADY_MINUTES = 3;

const healthOf = ({ name, metric }: GuardMetric, values: readonly number[]): HealthCheck => {
  if (values.length === 0) return { name, outcome: 'unknown', detail: `No datapoints of ${metric} since the change.` };
  const newest = values.slice(0, STEADY_MINUTES);
  const failing = newest.filter((value) => value > 0).length;
  const detail = `${metric} was above 0 in ${failing} of the newest ${newest.length} minutes.`;
  if (failing === 0) return { name, outcome: 'good', detail };
  return { name, outcome: failing === STEADY_MINUTES ? 'bad' : 'unknown', detail };
};

const MetricAnswer = z.object({
  MetricDataResults: z.array(z.object({ Values: z.array(z.number()).default([]) })).default([]),
});

const newestFirst = async (guard: GuardMetric, { cloud, clock }: ToolContext, since: Date): Promise<number[]> => {
  const Dimensions = Object.entries(guard.dimensions).map(([Name, Value]) => ({ Name, Value }));
  const Metric = { Namespace: guard.namespace, MetricName: guard.metric, Dimensions };
  const request: CloudRequest = {
    service: 'cloudwatch',
    command: 'GetMetricData',
    input: {
      StartTime: since.toISOString(),
      EndTime: clock.now().toISOString(),
      ScanBy: 'TimestampDescending',
      MetricDataQueries: [{ Id: 'guard', MetricStat: { Metric, Period: 60, Stat: 'Maximum' } }],
    },
  };
  const { MetricDataResults } = await callAws(cloud, request, MetricAnswer);
  return MetricDataResults.flatMap(({ Values }) => Values);
};
