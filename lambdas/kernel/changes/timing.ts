import type { Agent } from '../../contracts/agent.ts';
import type { Settings } from '../../contracts/settings.ts';

/** Apply's function may run this long, in seconds: Lambda's 15 minutes less one for the retry to be told. */
export const CHANGE_ZONE_SECONDS = 14 * 60;

/** Between two looks of Verify, in seconds. CloudWatch alarms are evaluated once a minute. */
export const VERIFY_INTERVAL_SECONDS = 60;

/**
 * How long grants live, in minutes. The one to roll back must outlive a grant that is redeemed at the last
 * moment, an apply that takes its full time, and the whole verification window; 30 minutes of slack cover
 * settling and retries.
 */
export const grantMinutes = (
  settings: Settings,
  agent: Agent,
): { readonly apply: number; readonly rollback: number } => ({
  apply: settings.approval.grantMinutes,
  rollback: settings.approval.grantMinutes + CHANGE_ZONE_SECONDS / 60 + agent.verification.windowMinutes + 30,
});
