import * as z from 'zod';
import { SubjectKind } from './subject.ts';

/** `source` of the events that Checkrein puts on the event bus. No event of this source opens an incident. */
export const EVENT_SOURCE = 'checkrein';
export const APPROVAL_WAITING = 'approval.waiting';

/**
 * `detail` of the event `approval.waiting`: who is waited for, for what, until when. It has no link, so whoever reads the
 * bus cannot answer. Sent with the request and with each reminder, at least once: `approvalId` and `reminder` name one. The moments
 * `approval.asked`, `approval.reminded` and `approval.escalated` say more; this is kept for what listens to it.
 */
export const ApprovalWaiting = z.strictObject({
  version: z.literal('1'),
  incidentId: z.string(),
  agent: z.string(),
  approvalId: z.string(),
  /** 0 for the request, then 1, 2, … for its reminders. */
  reminder: z.int().min(0),
  /** Ids of those who were asked. */
  approvers: z.array(z.string()),
  /** How many of them must approve. */
  needed: z.int(),
  /** After this the answer is *expired*, never *approved*. */
  expiresAt: z.iso.datetime(),
  tool: z.string(),
  target: z.strictObject({
    id: z.string(),
    /** Only of a target in AWS. */
    arn: z.string().optional(),
    /** What names the target: of AWS its ARN. */
    ref: z.string(),
    account: z.string(),
    region: z.string(),
    environment: z.string(),
  }),
  /** What the incident is about. The title is a name from outside, on one line and without links. */
  subject: z.strictObject({ kind: SubjectKind, title: z.string() }).optional(),
});
export type ApprovalWaiting = z.infer<typeof ApprovalWaiting>;
