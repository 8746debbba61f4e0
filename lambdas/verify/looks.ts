import * as z from 'zod';
import type { Alarm } from '../contracts/alarm.ts';
import type { EventData } from '../contracts/events.ts';
import type { Target } from '../contracts/plan.ts';
import { actionOf, type AwsCall } from '../contracts/tool.ts';
import type { Cloud } from '../ports.ts';

/** Calls that Verify makes whatever the tool: the triggering alarm, and guard metrics. */
export const VERIFY_READS: readonly AwsCall[] = [
  { service: 'cloudwatch', command: 'DescribeAlarms', scope: 'any' },
  { service: 'cloudwatch', command: 'GetMetricData', scope: 'any' },
];
export const VERIFY_ACTIONS: readonly string[] = VERIFY_READS.map(actionOf);

export type Look = EventData<'change.verified'>['findings'][number];

const AlarmStates = z.object({
  MetricAlarms: z.array(z.object({ StateValue: z.string() })).optional(),
  CompositeAlarms: z.array(z.object({ StateValue: z.string() })).optional(),
});

/** The triggering alarm: has it gone back to OK? */
export const lookAtAlarm = async (cloud: Cloud, alarm: Alarm | null): Promise<Look> => {
  const name = 'alarm';
  if (alarm === null) return { name, outcome: 'unknown', detail: 'The incident was not opened by an alarm.' };
  const answer = await cloud.send({
    service: 'cloudwatch',
    command: 'DescribeAlarms',
    input: { AlarmNames: [alarm.name], AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] },
  });
  const { MetricAlarms = [], CompositeAlarms = [] } = AlarmStates.parse(answer);
  const state = [...MetricAlarms, ...CompositeAlarms][0]?.StateValue;
  if (state === undefined) return { name, outcome: 'unknown', detail: `There is no alarm ${alarm.name} any more.` };
  const outcome = state === 'OK' ? 'good' : state === 'ALARM' ? 'bad' : 'unknown';
  return { name, outcome, detail: `${alarm.name} is ${state}.` };
};

/** A metric that must not go up after a change to a kind of target, whatever the alarm says. */
interface Guard {
  readonly name: string;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: (target: Target) => { Name: string; Value: string }[];
}

const GUARDS: Readonly<Record<string, readonly Guard[]>> = {
  'ec2-instance': [
    {
      name: 'status checks',
      namespace: 'AWS/EC2',
      metric: 'StatusCheckFailed',
      dimensions: (target) => [{ Name: 'InstanceId', Value: target.id }],
    },
  ],
};

const MetricAnswer = z.object({
  MetricDataResults: z.array(z.object({ Values: z.array(z.number()).default([]) })).default([]),
});

/** Guard metrics from the change until now; any datapoint above zero is worse. */
export const lookAtGuards = (cloud: Cloud, target: Target, since: Date, now: Date): Promise<Look[]> =>
  Promise.all(
    (GUARDS[target.kind] ?? []).map(async (guard) => {
      const answer = await cloud.send({
        service: 'cloudwatch',
        command: 'GetMetricData',
        input: {
          StartTime: since.toISOString(),
          EndTime: now.toISOString(),
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
      });
      const values = MetricAnswer.parse(answer).MetricDataResults.flatMap((one) => one.Values);
      const failing = values.filter((value) => value > 0).length;
      // The newest minutes decide: a machine that is just booting fails its checks for a moment.
      if (values.length === 0)
        return {
          name: guard.name,
          outcome: 'unknown' as const,
          detail: `No datapoints of ${guard.metric} since the change.`,
        };
      return {
        name: guard.name,
        outcome: failing === values.length ? ('bad' as const) : ('good' as const),
        detail: `${guard.metric} was above 0 in ${failing} of ${values.length} minutes.`,
      };
    }),
  );
