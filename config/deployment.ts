import type { SettingsInput } from '../lambdas/contracts/settings.ts';

/**
 * The settings of your deployment. Everything that is not named here has a safe default: see `Settings` in
 * lambdas/contracts/settings.ts for each field, its unit and its limits.
 */
export const deployment = {
  approvers: [
    // SNS sends two confirmation e-mails after the first deployment. Confirm both within 48 hours: docs/deploy.md.
    { email: 'sre-oncall@example.com', name: 'SRE on call', roles: ['sre'], tier: 1 },
    // Asked if nobody of tier 1 has answered by the first reminder, or if a plan needs two people.
    { email: 'service-owner@example.com', name: 'Service owner', roles: ['owner'], tier: 2 },
  ],
} satisfies SettingsInput;
