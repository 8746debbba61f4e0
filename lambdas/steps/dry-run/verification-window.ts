import * as z from 'zod';
import type { Agent } from '../../contracts/agent.ts';
import type { Alarm } from '../../contracts/alarm.ts';
import type { TraceEvent } from '../../contracts/events.ts';
import type { DryRunCheck, Plan } from '../../contracts/plan.ts';
import type { Cloud, CloudAccess, Clock } from '../../contracts/ports.ts';
import { APPLY_READS } from '../../contracts/step-reads.ts';
import { longestWindowMinutes } from '../../kernel/changes/timing.ts';
import { toolResult } from '../../kernel/redaction/tool-errors.ts';
import { toolContext } from '../../kernel/trace/tool-context.ts';
import { callAws } from '../../tools/aws/call-aws.ts';

/** A datapoint arrives up to two minutes late, and CloudWatch evaluates an alarm once a minute. */
const METRIC_DELAY_SECONDS = 180;

const Positive = z.number().positive();
const MetricAlarm = z.object({
  EvaluationPeriods: Positive.optional(),
  Period: Positive.optional(),
  Metrics: z
    .array(z.object({ Period: Positive.optional(), MetricStat: z.object({ Period: Positive }).optional() }))
    .default([]),
});
type MetricAlarm = z.infer<typeof MetricAlarm>;
const Answer = z.object({ MetricAlarms: z.array(MetricAlarm).default([]) });

/** The longest period of the alarm's metrics. */
const periodOf = ({ Period, Metrics }: MetricAlarm): number =>
  Math.max(
    0,
    ...[Period, ...Metrics.flatMap((one) => [one.Period, one.MetricStat?.Period])].filter((one) => one !== undefined),
  );

const readAlarm = async (cloud: Cloud, name: string): Promise<MetricAlarm | undefined> => {
  const input = { AlarmNames: [name], AlarmTypes: ['MetricAlarm'] };
  const answer = await callAws(cloud, { service: 'cloudwatch', command: 'DescribeAlarms', input }, Answer);
  return answer.MetricAlarms[0];
};

/** The periods that an alarm looks at, or why nobody knows them. */
type Evaluation = { readonly period: number; readonly periods: number } | { readonly unknown: string };

const evaluationOf = async (cloud: Cloud, { name, kind }: Alarm): Promise<Evaluation> => {
  if (kind === 'composite') return { unknown: 'it is a composite alarm' };
  const read = await toolResult(() => readAlarm(cloud, name));
  if (!read.ok) return { unknown: read.error.message };
  if (read.value === undefined) return { unknown: 'it does not exist any more' };
  const [period, periods] = [periodOf(read.value), read.value.EvaluationPeriods ?? 0];
  return period > 0 && periods > 0 ? { period, periods } : { unknown: 'it has no evaluation periods' };
};

const minutes = (seconds: number): string => `${Math.ceil(seconds / 60)} min`;

interface VerificationWindow {
  readonly verification: NonNullable<Plan['verification']>;
  readonly check: DryRunCheck;
}

/** The window for an alarm: the agent's, extended to what the alarm needs, up to the agent's longest. Pure. */
export const windowFor = (
  alarm: string,
  evaluation: Evaluation,
  stabilizeSeconds: number,
  agent: Agent,
): VerificationWindow => {
  const name = 'verification';
  const usual = agent.verification.windowMinutes * 60;
  if ('unknown' in evaluation) {
    const detail = `how long ${alarm} needs to go back to OK is not known: ${evaluation.unknown}. Verification waits ${minutes(usual)}`;
    const verification = { waitSeconds: usual, alarmNeedsSeconds: null, inTime: true };
    return { verification, check: { name, outcome: 'unknown', detail } };
  }
  const { period, periods } = evaluation;
  const needs = Math.ceil(period * periods) + stabilizeSeconds + METRIC_DELAY_SECONDS;
  const longest = longestWindowMinutes(agent) * 60;
  const inTime = needs <= longest;
  const waitSeconds = Math.min(Math.max(usual, needs), longest);
  const why = `${alarm} can need ${minutes(needs)} after the change to go back to OK (${periods} × ${period} s, and ${minutes(needs - Math.ceil(period * periods))} until its metric shows the effect)`;
  return {
    verification: { waitSeconds, alarmNeedsSeconds: needs, inTime },
    check: inTime
      ? { name, outcome: 'passed', detail: `${why}; verification waits up to ${minutes(waitSeconds)}` }
      : {
          name,
          outcome: 'unknown',
          detail: `cannot be verified in time: ${why}, and verification waits at most ${minutes(longest)}. If the alarm is still on then, the change stays, and nobody knows whether it helped`,
        },
  };
};

/**
 * The same window, extended past the time in which somebody else may write the old values back, up to the agent's longest.
 * Pure. Without an alarm it is as long as the agent says, or that time.
 */
export const lookingAgain = (
  window: VerificationWindow | undefined,
  writtenBackAfter: number | undefined,
  agent: Agent,
): {
  readonly verification: VerificationWindow['verification'] | undefined;
  readonly checks: readonly DryRunCheck[];
} => {
  const checks = window === undefined ? [] : [window.check];
  if (writtenBackAfter === undefined) return { verification: window?.verification, checks };
  const usual = agent.verification.windowMinutes * 60;
  const longest = longestWindowMinutes(agent) * 60;
  const lookAgainSeconds = Math.min(writtenBackAfter, longest);
  const found = window?.verification ?? { waitSeconds: usual, alarmNeedsSeconds: null, inTime: true };
  const waitSeconds = Math.max(found.waitSeconds, lookAgainSeconds);
  const why = `somebody else may write the old values back within ${minutes(writtenBackAfter)} of the change`;
  const check: DryRunCheck =
    lookAgainSeconds < writtenBackAfter
      ? {
          name: 'written back',
          outcome: 'unknown',
          detail: `${why}, and verification waits at most ${minutes(longest)}`,
        }
      : { name: 'written back', outcome: 'passed', detail: `${why}; verification looks again after that` };
  return { verification: { ...found, waitSeconds, lookAgainSeconds }, checks: [...checks, check] };
};

/** How long the verification of a change waits. Undefined if no alarm opened the incident. */
export const verificationWindow = async (
  stabilizeSeconds: number,
  agent: Agent,
  events: readonly TraceEvent[],
  ports: { readonly cloud: CloudAccess; readonly clock: Clock },
): Promise<VerificationWindow | undefined> => {
  const { cloud, subject } = toolContext(ports, { reads: APPLY_READS }, events);
  const { alarm } = subject;
  if (alarm === null) return undefined;
  return windowFor(alarm.name, await evaluationOf(cloud, alarm), stabilizeSeconds, agent);
};
