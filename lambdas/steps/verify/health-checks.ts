import * as z from 'zod';
import type { Alarm } from '../../contracts/alarm.ts';
import type { Json } from '../../contracts/json.ts';
import type { Plan } from '../../contracts/plan.ts';
import type { Cloud, CloudRequest } from '../../contracts/ports.ts';
import { callAws } from '../../tools/aws/call-aws.ts';
import type { ChangeTool, HealthCheck } from '../../tools/tool.ts';

/** The post-condition of the change: is the target as the plan predicted? */
export const checkPostCondition = (tool: ChangeTool, plan: Plan, state: Json): HealthCheck => {
  const { holds, detail } = tool.postCondition(plan, state);
  return { name: 'post-condition', outcome: holds ? 'good' : 'bad', detail: `${detail}.` };
};

const AlarmStates = z.object({
  MetricAlarms: z.array(z.object({ StateValue: z.string() })).optional(),
  CompositeAlarms: z.array(z.object({ StateValue: z.string() })).optional(),
});

/** The triggering alarm: has it gone back to OK? */
export const checkAlarm = async (cloud: Cloud, alarm: Alarm | null): Promise<HealthCheck> => {
  const name = 'alarm';
  if (alarm === null) return { name, outcome: 'unknown', detail: 'The incident was not opened by an alarm.' };
  const input = { AlarmNames: [alarm.name], AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] };
  const request: CloudRequest = { service: 'cloudwatch', command: 'DescribeAlarms', input };
  const { MetricAlarms = [], CompositeAlarms = [] } = await callAws(cloud, request, AlarmStates);
  const state = [...MetricAlarms, ...CompositeAlarms][0]?.StateValue;
  if (state === undefined) return { name, outcome: 'unknown', detail: `There is no alarm ${alarm.name} any more.` };
  const outcome = state === 'OK' ? 'good' : state === 'ALARM' ? 'bad' : 'unknown';
  return { name, outcome, detail: `${alarm.name} is ${state}.` };
};
