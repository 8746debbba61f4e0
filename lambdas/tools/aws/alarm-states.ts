import * as z from 'zod';
import type { Cloud, CloudRequest } from '../../contracts/ports.ts';
import { callAws } from './call-aws.ts';

const AlarmStates = z.object({
  MetricAlarms: z.array(z.object({ AlarmName: z.string(), StateValue: z.string() })).default([]),
  CompositeAlarms: z.array(z.object({ AlarmName: z.string(), StateValue: z.string() })).default([]),
});

/** Names in one call: the answer then fits on the first page, which has 50 alarms. */
export const ALARMS_A_CALL = 50;

/** The states of alarms by name, in one call. An alarm that was deleted is missing. */
export const alarmStates = async (cloud: Cloud, names: readonly string[]): Promise<ReadonlyMap<string, string>> => {
  const input = { AlarmNames: names.slice(0, ALARMS_A_CALL), AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] };
  const request: CloudRequest = { service: 'cloudwatch', command: 'DescribeAlarms', input };
  const { MetricAlarms, CompositeAlarms } = await callAws(cloud, request, AlarmStates);
  return new Map([...MetricAlarms, ...CompositeAlarms].map((alarm) => [alarm.AlarmName, alarm.StateValue]));
};
