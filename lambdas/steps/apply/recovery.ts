import * as z from 'zod';
import type { TraceEvent } from '../../contracts/events.ts';
import { APPLY_READS } from '../../contracts/step-reads.ts';
import type { Cloud } from '../../contracts/ports.ts';
import { passed, refused, type CheckResult } from '../../kernel/changes/checks.ts';
import { agentOf } from '../../kernel/model/agents.ts';
import { toolResult } from '../../kernel/redaction/tool-errors.ts';
import type { Journal } from '../../kernel/trace/journal.ts';
import { openingOf } from '../../kernel/trace/queries.ts';
import { subjectOf } from '../../kernel/trace/subject.ts';
import { toolContext } from '../../kernel/trace/tool-context.ts';
import { callAws, Timestamp } from '../../tools/aws/call-aws.ts';
import type { ApplyPorts } from './ports.ts';
import type { PendingChange } from './pending-change.ts';

/** So many periods in a row an alarm must be OK before the reason for a change counts as gone. */
const PERIODS = 2;
/** Seconds in place of a period, for a composite alarm: CloudWatch evaluates its rule at least once a minute. */
const WITHOUT_PERIOD = 60;

const Period = z.number().positive();
const AlarmNow = z.object({
  StateValue: z.string(),
  StateTransitionedTimestamp: Timestamp.optional(),
  StateUpdatedTimestamp: Timestamp.optional(),
  Period: Period.optional(),
  Metrics: z.array(z.object({ Period: Period.optional(), MetricStat: z.object({ Period }).optional() })).default([]),
});
type AlarmNow = z.infer<typeof AlarmNow>;
const Answer = z.object({
  MetricAlarms: z.array(AlarmNow).default([]),
  CompositeAlarms: z.array(AlarmNow).default([]),
});

const readAlarm = async (cloud: Cloud, name: string): Promise<AlarmNow | undefined> => {
  const input = { AlarmNames: [name], AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] };
  const answer = await callAws(cloud, { service: 'cloudwatch', command: 'DescribeAlarms', input }, Answer);
  return [...answer.MetricAlarms, ...answer.CompositeAlarms][0];
};

/** The longest period of the alarm's metrics, in seconds. */
const periodOf = ({ Period: own, Metrics }: AlarmNow): number => {
  const periods = [own, ...Metrics.flatMap((one) => [one.Period, one.MetricStat?.Period])];
  return Math.max(0, ...periods.filter((one) => one !== undefined)) || WITHOUT_PERIOD;
};

/** When the proposal was checked that this plan was made from. */
const proposedAt = (events: readonly TraceEvent[], digest: string): string => {
  const dryRun = events.findIndex(
    ({ kind, data }) => kind === 'dry-run.finished' && 'digest' in data && data.digest === digest,
  );
  const proposal = events.slice(0, dryRun + 1).findLast(({ kind }) => kind === 'proposal.judged');
  return (proposal ?? openingOf(events)).at;
};

const judge = (name: string, alarm: AlarmNow, proposed: string, now: Date): CheckResult => {
  const since = alarm.StateTransitionedTimestamp ?? alarm.StateUpdatedTimestamp;
  if (alarm.StateValue !== 'OK' || since === undefined) return passed(`${name} is ${alarm.StateValue}.`);
  const period = periodOf(alarm);
  const seconds = (now.getTime() - Math.max(Date.parse(since), Date.parse(proposed))) / 1000;
  return seconds < PERIODS * period
    ? passed(`${name} is OK, but not for two periods of ${period} s since the proposal.`)
    : refused(
        `${name} has been OK since ${since}, so for two periods of ${period} s or more since the proposal: the reason for this change has gone. Observe again; conclude, or propose again if it is needed all the same.`,
      );
};

/**
 * Whether the alarm has recovered by itself since the proposal. Only a clear OK refuses: an alarm that cannot be read,
 * has too little data or does not exist any more says nothing about the reason for the change.
 */
export const alarmNow = async (
  { planned: { digest } }: PendingChange,
  { events }: Journal,
  ports: ApplyPorts,
  limitSeconds: number,
): Promise<CheckResult> => {
  const opening = openingOf(events);
  const { alarm } = subjectOf(opening);
  if (agentOf(ports.rules, opening.data.agent).verification.ifRecovered === 'proceed')
    return passed('The agent is set to proceed if the alarm has recovered.');
  if (alarm === null) return passed('The incident was not opened by an alarm.');
  const { cloud } = toolContext(ports, { reads: APPLY_READS }, events);
  const read = await ports.clock.within(
    limitSeconds * 1000,
    toolResult(() => readAlarm(cloud, alarm.name)),
  );
  if (read?.value.ok !== true)
    return passed(
      `${alarm.name} could not be read: ${read?.value.error.message ?? `no answer within ${limitSeconds} seconds.`}`,
    );
  const found = read.value.value;
  return found === undefined
    ? passed(`There is no alarm ${alarm.name} any more.`)
    : judge(alarm.name, found, proposedAt(events, digest), ports.clock.now());
};
