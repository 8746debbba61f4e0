import * as z from 'zod';
import type { Alarm } from '../../contracts/alarm.ts';
import type { Clock, CloudAccess, CloudRequest } from '../../contracts/ports.ts';
import { AWS } from '../../contracts/tool.ts';
import { OPEN_READS } from '../../contracts/step-reads.ts';
import { toolResult } from '../../kernel/redaction/tool-errors.ts';
import { accountRegionOf } from '../../kernel/trace/location.ts';
import { callAws } from '../../tools/aws/call-aws.ts';

/** What Open needs to ask AWS which alarms belong together. */
export interface BelongsPorts {
  readonly cloud: CloudAccess;
  readonly clock: Clock;
}

/** An answer of AWS, or why there is none. Without an answer Open goes on: alarms that belong together may become several incidents. */
export type Answer<T> = { readonly value: T } | { readonly unanswered: string };

/** Open makes an alarm wait no longer for one answer. */
const ANSWER_MS = 2000;
/** CloudWatch lets 150 composites name one alarm. Open looks at the first of them. */
const MOST_PARENTS = 20;
const AUTO_SCALING_GROUP = 'aws:autoscaling:groupName';

const Parents = z.object({ CompositeAlarms: z.array(z.object({ AlarmName: z.string() })).default([]) });
const Tags = z.object({
  Tags: z.array(z.object({ ResourceId: z.string(), Key: z.string(), Value: z.string().default('') })).default([]),
});

const ask = async <S extends z.ZodType>(
  { cloud, clock }: BelongsPorts,
  incidentId: string,
  alarm: Alarm,
  request: CloudRequest,
  schema: S,
): Promise<Answer<z.output<S>>> => {
  const reads = cloud({ provider: AWS, calls: OPEN_READS }, { incidentId, accountRegion: accountRegionOf(alarm) });
  const answer = await clock.within(
    ANSWER_MS,
    toolResult(() => callAws(reads, request, schema)),
  );
  if (answer === undefined) return { unanswered: `AWS did not answer within ${ANSWER_MS / 1000} s` };
  return answer.value.ok ? { value: answer.value.value } : { unanswered: answer.value.error.message.slice(0, 300) };
};

/** The names of the composite alarms whose rules name an alarm. */
export const parentsOf = async (ports: BelongsPorts, incidentId: string, alarm: Alarm): Promise<Answer<string[]>> => {
  // CloudWatch refuses any other parameter beside this one, also the types of alarms.
  const input = { ParentsOfAlarmName: alarm.name, MaxRecords: MOST_PARENTS };
  const request: CloudRequest = { service: 'cloudwatch', command: 'DescribeAlarms', input };
  const answer = await ask(ports, incidentId, alarm, request, Parents);
  return 'value' in answer ? { value: answer.value.CompositeAlarms.map(({ AlarmName }) => AlarmName) } : answer;
};

/**
 * The groups of instances in the account and Region of an alarm: the tag that the settings name, or else the Auto
 * Scaling group. An instance with neither is missing, and so are all if AWS does not answer.
 */
export const groupsOf = async (
  ports: BelongsPorts,
  incidentId: string,
  alarm: Alarm,
  tag: string,
  instances: readonly string[],
): Promise<ReadonlyMap<string, string>> => {
  const input = { Filters: [{ Name: 'resource-id', Values: [...instances] }] };
  const answer = await ask(ports, incidentId, alarm, { service: 'ec2', command: 'DescribeTags', input }, Tags);
  if (!('value' in answer)) return new Map();
  const named = (key: string): [string, string][] =>
    answer.value.Tags.filter((one) => one.Key === key && one.Value !== '').map((one) => [
      one.ResourceId,
      `${key}=${one.Value}`,
    ]);
  return new Map([...named(AUTO_SCALING_GROUP), ...named(tag)]);
};
