import type { Agent } from '../../contracts/agent.ts';
import type { Plan } from '../../contracts/plan.ts';
import type { Settings } from '../../contracts/settings.ts';

/** How long Apply's function may run, in seconds: Lambda's 15 minutes, less one in which it can still answer. */
export const CHANGE_ZONE_SECONDS = 14 * 60;

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

/**
 * How long grants live, in minutes. The rollback grant must outlive a grant that is redeemed at the last moment, an
 * Apply that takes its full time, and the whole verification window. 30 minutes of slack cover stabilizing and retries.
 */
export const grantMinutes = (
  settings: Settings,
  agent: Agent,
): { readonly apply: number; readonly rollback: number } => ({
  apply: settings.approval.grantMinutes,
  rollback: settings.approval.grantMinutes + CHANGE_ZONE_SECONDS / 60 + longestWindowMinutes(agent) + 30,
});
