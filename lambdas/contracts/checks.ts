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
    'alarm',
  ]),
  outcome: z.enum(['passed', 'refused']),
  reason: z.string(),
});
export type Check = z.infer<typeof Check>;

/** How bad it would be if the forbidden change went through: the policy's `@severity`. */
export const Severity = z.enum(['low', 'medium', 'high', 'critical']);

/** A Cedar policy that determined the decision, with its reason filled in from the facts. */
export const Statement = z.strictObject({
  id: z.string(),
  effect: z.enum(['permit', 'forbid']),
  reason: z.string(),
  severity: Severity.optional(),
});
export type Statement = z.infer<typeof Statement>;

/** What trips a circuit breaker: a policy or a rule of the kernel, with its reason. */
export const Trip = z.strictObject({ policy: z.string(), reason: z.string() });
