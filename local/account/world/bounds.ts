/**
 * The largest numbers of a world. A run computes metrics for every minute, so a number without a bound can make it
 * wait or fill the memory for ever. Each is AWS's own limit, or follows from what a run computes:
 *
 * An alarm looks at evaluationPeriods × periodSeconds, a day or (from an hour on) a week in CloudWatch: 604,800 s are
 * 10,080 samples, one a minute, plus 360 for the six hours before the incident. In a group, each sample reads every
 * member: 14 days of a metric are 20,160 samples × 200 members = 4 million, about a second.
 */
export const BOUNDS = {
  /** CloudWatch's longest period, a day. */
  periodSeconds: 86_400,
  /** evaluationPeriods × periodSeconds: a week. */
  evaluatedSeconds: 604_800,
  evaluationPeriods: 1440,
  /** A Lambda function ends after 900 s, so a longer call fails in any case; clock and alarms move on by the minute. */
  delaySeconds: 3600,
  cooldownSeconds: 86_400,
  /** An incident ends within days; this is a week. */
  deliverySeconds: 604_800,
  groupSize: 200,
  /** The largest EC2 instances have 1,920 vCPUs and 32 TiB, and cost $400 an hour. */
  vcpus: 2000,
  memoryGiB: 40_000,
  hourlyUsd: 1000,
  /** Ten years, the longest retention of CloudWatch Logs (3,653 days). */
  days: 3653,
  /** Of one line that is repeated: 14 days at 20 s are 60,480. */
  repeatedLines: 100_000,
  /** Numbers up to here are exact after a division by 1,000; 2^53 is 9e15. */
  value: 1e12,
  /** Calls of one run: about 100 for each of at most 30 turns. */
  calls: 10_000,
  /** Lines of `answers:`; each call looks through them. */
  answers: 1000,
  /** A page of CloudWatch Logs has at most 1 MiB, other answers less. */
  answerBytes: 1_048_576,
  /** EventBridge's largest event. */
  eventBytes: 1_048_576,
  /** CloudWatch's limit of metrics and expressions in one alarm. */
  alarmMetrics: 20,
  /** Elements of a list. */
  listed: 1000,
  lines: 10_000,
} as const;
