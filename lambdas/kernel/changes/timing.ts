import type { Agent } from '../../contracts/agent.ts';
import type { Plan } from '../../contracts/plan.ts';
import type { Settings } from '../../contracts/settings.ts';

/**
 * How long the change zone's function may run, in seconds. It does not wait for AWS, the state machine does. Its longest
 * work is to start an instance again that AWS refused to start as another type: two minutes, besides calls that need up
 * to 17 seconds each when AWS hardly answers. An attempt that dies is resumed only when this time is over.
 */
export const CHANGE_ZONE_SECONDS = 5 * 60;

/**
 * How long a change may take, in seconds from `apply.started`. AWS's own waiter gives a stop 10 minutes; the rest is for
 * the start. A change that is in progress then is not waited for any longer.
 */
export const CHANGE_SECONDS = 15 * 60;

/**
 * The longest that a change can take: its last attempt begins when CHANGE_SECONDS are over, dies, and is made again at the
 * end of its own time.
 */
export const LONGEST_CHANGE_SECONDS = CHANGE_SECONDS + 2 * CHANGE_ZONE_SECONDS;

/** Time between two runs of Verify, in seconds. CloudWatch evaluates alarms once a minute. */
export const VERIFY_INTERVAL_SECONDS = 60;

/** The longest time that verification may wait for an alarm, in minutes. */
export const longestWindowMinutes = ({ verification }: Agent): number =>
  Math.max(verification.windowMinutes, verification.longestWindowMinutes);

/** How long the verification of a planned change waits, within what its agent allows: at least its window. */
export const verificationSeconds = (verification: Plan['verification'], agent: Agent): number =>
  Math.max(
    agent.verification.windowMinutes * 60,
    Math.min(verification?.waitSeconds ?? 0, longestWindowMinutes(agent) * 60),
  );

/** How long an incident keeps a target to itself, in seconds: a change, its verification, and a rollback. */
export const leaseSeconds = (verification: Plan['verification'], agent: Agent): number =>
  2 * LONGEST_CHANGE_SECONDS + verificationSeconds(verification, agent);

/**
 * How long grants live, in minutes. The rollback grant must outlive a grant that is redeemed at the last moment, a change
 * that takes its full time, and the whole verification window. 30 minutes of slack cover stabilizing and retries.
 */
export const grantMinutes = (
  settings: Settings,
  agent: Agent,
): { readonly apply: number; readonly rollback: number } => ({
  apply: settings.approval.grantMinutes,
  rollback: settings.approval.grantMinutes + LONGEST_CHANGE_SECONDS / 60 + longestWindowMinutes(agent) + 30,
});
