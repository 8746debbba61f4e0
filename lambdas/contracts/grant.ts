import * as z from 'zod';
import { PlanDigest } from './plan.ts';

/** Marks a yes in spite of a change freeze; absent from every other. */
export const breakGlass = z.literal(true).optional();

/** The keyed, single-use, expiring proof of a yes to one plan. */
export const Grant = z.strictObject({
  id: z.string(),
  purpose: z.enum(['apply', 'rollback']),
  incidentId: z.string(),
  digest: PlanDigest,
  /** E-mail addresses, or `policy:<id>` where no human was needed. */
  approvers: z.array(z.string()).min(1),
  /** Whether they said yes in spite of a change freeze. Without it, the grant is worth nothing in one. */
  breakGlass,
  expiresAt: z.string(),
  /** Base64 HMAC over all of the above. */
  mac: z.string(),
});
export type Grant = z.infer<typeof Grant>;
