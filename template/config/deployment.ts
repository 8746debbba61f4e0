import type { SettingsInput } from 'checkrein';

/** The settings of your deployment. What is not named here has a safe default. */
export const deployment = {
  // Before you deploy, put in people who read these mails. SNS sends each of them two mails to confirm.
  approvers: [{ email: 'sre-oncall@example.com', name: 'SRE on call', roles: ['sre'], tier: 1 }],
  // For a careful start: alarms are investigated and changes are proposed, but none can be approved. It holds for scenarios too.
  // initialSwitch: 'propose-only',
} satisfies SettingsInput;
