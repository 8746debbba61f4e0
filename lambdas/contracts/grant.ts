import * as z from 'zod';
import { PlanDigest } from './plan.ts';

/** Set on an approval that overrides a change freeze; absent otherwise. */
export const breakGlass = z.literal(true).optional();

/** How an approver of a grant begins that is a policy and not a person. No id of an approver begins like this. */
export const POLICY_APPROVER = 'policy:';

/** The keyed, single-use, expiring proof that one plan was approved. */
export const Grant = z.strictObject({
  id: z.string(),
  purpose: z.enum(['apply', 'rollback']),
  incidentId: z.string(),
  digest: PlanDigest,
  /** Ids of approvers, or `policy:<id>` where no human was needed. */
  approvers: z.array(z.string()).min(1),
  /** Set when they overrode a change freeze. Without it, the grant cannot be redeemed during one. */
  breakGlass,
  expiresAt: z.string(),
  /** Base64 HMAC over all of the above. */
  mac: z.string(),
});
export type Grant = z.infer<typeof Grant>;
