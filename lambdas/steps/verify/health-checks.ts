import * as z from 'zod';
import type { EventData } from '../../contracts/events.ts';
import type { Json } from '../../contracts/json.ts';
import type { Plan, Target } from '../../contracts/plan.ts';
import type { Cloud, CloudRequest } from '../../contracts/ports.ts';
import type { HealedBy } from '../../contracts/subject.ts';
import type { Subject } from '../../kernel/trace/subject.ts';
import { callAws } from '../../tools/aws/call-aws.ts';
import { GUARD_METRICS, type GuardMetric } from '../../tools/aws/guard-metrics.ts';
import type { ChangeTool } from '../../tools/tool.ts';

export type HealthCheck = EventData<'change.verified'>['findings'][number];

/** The post-condition of the change: is the target as the plan predicted? */
export const checkPostCondition = (tool: ChangeTool, plan: Plan, state: Json): HealthCheck => {
  const { holds, detail } = tool.postCondition(plan, state);
  return { name: 'post-condition', outcome: holds ? 'good' : 'bad', detail: `${detail}.` };
};

const AlarmStates = z.object({
  MetricAlarms: z.array(z.object({ StateValue: z.string() })).optional(),
  CompositeAlarms: z.array(z.object({ StateValue: z.string() })).optional(),
});

/** Why the state of a subject without an alarm cannot be read. */
const WITHOUT_ALARM: Record<Exclude<HealedBy, 'alarm'>, string> = {
  target: 'No alarm opened the incident, so the target itself shows whether the change helped.',
  nothing: 'No alarm opened the incident, so nothing shows by itself whether the change helped.',
};

/** The subject: has its alarm gone back to OK? */
export const checkSubject = async (cloud: Cloud, { alarm, healedBy }: Subject): Promise<HealthCheck> => {
  const name = 'alarm';
  if (alarm === null || healedBy !== 'alarm')
    return { name, outcome: 'unknown', detail: WITHOUT_ALARM[healedBy === 'target' ? 'target' : 'nothing'] };
  const input = { AlarmNames: [alarm.name], AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] };
  const request: CloudRequest = { service: 'cloudwatch', command: 'DescribeAlarms', input };
  const { MetricAlarms = [], CompositeAlarms = [] } = await callAws(cloud, request, AlarmStates);
  const state = [...MetricAlarms, ...CompositeAlarms][0]?.StateValue;
  if (state === undefined) return { name, outcome: 'unknown', detail: `There is no alarm ${alarm.name} any more.` };
  const outcome = state === 'OK' ? 'good' : state === 'ALARM' ? 'bad' : 'unknown';
  return { name, outcome, detail: `${alarm.name} is ${state}.` };
};

const MetricAnswer = z.object({
  MetricDataResults: z.array(z.object({ Values: z.array(z.number()).default([]) })).default([]),
});

/** So many of the newest minutes must be bad, since a machine that is booting fails its checks for a moment. */
const STEADY_MINUTES = 3;

const healthOf = (guard: GuardMetric, newestFirst: readonly number[]): HealthCheck => {
  const { name, metric } = guard;
  if (newestFirst.length === 0)
    return { name, outcome: 'unknown', detail: `No datapoints of ${metric} since the change.` };
  const newest = newestFirst.slice(0, STEADY_MINUTES);
  const failing = newest.filter((value) => value > 0).length;
  const detail = `${metric} was above 0 in ${failing} of the newest ${newest.length} minutes.`;
  if (failing === 0) return { name, outcome: 'good', detail };
  return { name, outcome: failing === STEADY_MINUTES ? 'bad' : 'unknown', detail };
};

/** Guard metrics from the change until now. */
export const checkGuards = (cloud: Cloud, target: Target, since: Date, now: Date): Promise<HealthCheck[]> =>
  Promise.all(
    (GUARD_METRICS[target.kind] ?? []).map(async (guard) => {
      const request: CloudRequest = {
        service: 'cloudwatch',
        command: 'GetMetricData',
        input: {
          StartTime: since.toISOString(),
          EndTime: now.toISOString(),
          ScanBy: 'TimestampDescending',
          MetricDataQueries: [
            {
              Id: 'guard',
              MetricStat: {
                Metric: { Namespace: guard.namespace, MetricName: guard.metric, Dimensions: guard.dimensions(target) },
                Period: 60,
                Stat: 'Maximum',
              },
            },
          ],
        },
      };
      const { MetricDataResults } = await callAws(cloud, request, MetricAnswer);
      return healthOf(
        guard,
        MetricDataResults.flatMap((one) => one.Values),
      );
    }),
  );
