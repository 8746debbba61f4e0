import * as z from 'zod';

/** One check of the safety kernel, allow or refuse, with its reason. */
export const Check = z.strictObject({
  check: z.enum([
    'schema',
    'budget',
    'allowlist',
    'target',
    'facts',
    'policy',
    'dry-run',
    'approval',
    'switch',
    'calendar',
    'breaker',
    'rate',
    'trace',
    'grant',
    'drift',
    'lease',
  ]),
  outcome: z.enum(['passed', 'refused']),
  reason: z.string(),
});
export type Check = z.infer<typeof Check>;

/** How bad it would be had a change gone through that a policy forbids: `@severity` of that policy. */
export const Severity = z.enum(['low', 'medium', 'high', 'critical']);

/** A Cedar statement that spoke, with its reason filled in from the facts. */
export const Statement = z.strictObject({
  id: z.string(),
  effect: z.enum(['permit', 'forbid']),
  reason: z.string(),
  severity: Severity.optional(),
});
export type Statement = z.infer<typeof Statement>;

/** What closes a breaker's scope to changes: the policy, or the rule of the kernel, and its reason. */
export const Trip = z.strictObject({ policy: z.string(), reason: z.string() });
