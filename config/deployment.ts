import type { SettingsInput } from '../lambdas/contracts/settings.ts';

/**
 * How Checkrein stands in your account. Everything not named here has a safe default: see `Settings` in
 * lambdas/contracts/settings.ts for each field, its unit and its bounds.
 */
export const deployment = {
  approvers: [
    // Receives an SNS confirmation e-mail after the first deployment; nothing is sent before it is confirmed.
    { email: 'sre-oncall@example.com', name: 'SRE on call', roles: ['sre'], tier: 1 },
    // Asked when nobody of tier 1 has answered by the first reminder, or when a plan needs two people.
    { email: 'service-owner@example.com', name: 'Service owner', roles: ['owner'], tier: 2 },
  ],
} satisfies SettingsInput;
