import * as z from 'zod';
import type { Json } from '../../contracts/json.ts';
import type { Plan } from '../../contracts/plan.ts';
import type { Cloud, CloudRequest } from '../../contracts/ports.ts';
import type { HealedBy } from '../../contracts/subject.ts';
import type { Subject } from '../../kernel/trace/subject.ts';
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
