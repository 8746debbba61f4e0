import * as z from 'zod';
import { PlanDigest } from './plan.ts';

/** What `checkrein approve` and `deny` and the function behind them say to each other. */

/** The form of an approval id. */
export const ApprovalId = z
  .string()
  .regex(/^approval-[0-9a-f]{32}$/, 'approval- and 32 digits, as `checkrein approvals` lists it');

/** An answer by somebody whom IAM has authenticated. Who it is does not stand here: the signature of the request says so. */
export const DecideRequest = z.strictObject({
  approvalId: ApprovalId,
  /** Of the plan that the person was shown. Another plan is refused. */
  digest: PlanDigest,
  answer: z.enum(['approve', 'deny']),
  reason: z.string().default(''),
  breakGlass: z.boolean().default(false),
});
export type DecideRequest = z.input<typeof DecideRequest>;

/** A question as the caller is shown it. */
const DecideView = z.object({
  status: z.literal('question'),
  approvalId: z.string(),
  incidentId: z.string(),
  /** The caller's id as an approver. */
  approver: z.string(),
  handle: z.string(),
  digest: PlanDigest,
  /** The change within a sentence. */
  change: z.string(),
  /** All that a person should know, complete, line by line. */
  lines: z.array(z.string()),
  needed: z.int(),
  /** Ids of those whose approval counts so far. */
  given: z.array(z.string()),
  expiresAt: z.string(),
  /** Why nobody can answer any more; null if the question is open. */
  ended: z.string().nullable(),
  /** The change freeze that an approval has to override; null if there is none. */
  freeze: z.string().nullable(),
  mayApprove: z.object({ permitted: z.boolean(), reason: z.string() }),
});
export type DecideView = z.infer<typeof DecideView>;

/** What came of an answer. */
const DecideReceipt = z.object({
  status: z.enum(['granted', 'denied', 'counted']),
  approver: z.string(),
  message: z.string(),
});

/** Why there is no question to show, or why an answer has no effect. */
const DecideRefusal = z.object({ status: z.literal('refused'), because: z.string(), message: z.string() });

/** Every reply of the function. */
export const DecideReply = z.discriminatedUnion('status', [DecideView, DecideReceipt, DecideRefusal]);
export type DecideReply = z.infer<typeof DecideReply>;
