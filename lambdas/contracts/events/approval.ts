import * as z from 'zod';
import { Grant, breakGlass } from '../grant.ts';
import { Check, Statement } from '../checks.ts';
import { PlanDigest } from '../plan.ts';
import type { EventTable } from './table.ts';

/** Written by earlier versions, whose Ask put `approval.waiting` on the event bus itself: why it could not. */
const notAnnounced = z.string().optional();

/** Events of approvals. */
export const APPROVAL_EVENTS = {
  'approval.asked': {
    summary: 'People were asked to approve one plan digest.',
    data: z.strictObject({
      approvalId: z.string(),
      digest: PlanDigest,
      approvers: z.array(z.string()),
      needed: z.int(),
      expiresAt: z.string(),
      notAnnounced,
    }),
  },
  'approval.reminded': {
    summary: 'Nobody had answered; the same people and the next tier were asked again.',
    data: z.strictObject({ approvalId: z.string(), approvers: z.array(z.string()), round: z.int(), notAnnounced }),
  },
  'approval.answered': {
    summary: 'One person answered, once.',
    data: z.strictObject({
      approvalId: z.string(),
      digest: PlanDigest,
      approver: z.string(),
      answer: z.enum(['approve', 'deny']),
      reason: z.string(),
      via: z.enum(['page', 'terminal', 'preset', 'iam']),
      /** The IAM identity that gave the answer, if it was given by one. */
      callerArn: z.string().optional(),
      breakGlass,
      counted: z.boolean(),
      statements: z.array(Statement),
    }),
  },
  'approval.closed': {
    summary: 'The approval request was closed: granted, denied or expired.',
    data: z.strictObject({
      approvalId: z.string(),
      digest: PlanDigest,
      outcome: z.enum(['granted', 'denied', 'expired']),
      by: z.array(z.string()),
      reason: z.string(),
      breakGlass,
      /** Set if nobody denied, and a check refused the plan when its last approval was given. `by` names it too. */
      check: Check.shape.check.optional(),
    }),
  },
  'grant.issued': {
    summary: 'Grants were issued: one for the change, one for its rollback where there is an inverse.',
    data: z.strictObject({ digest: PlanDigest, grants: z.array(Grant) }),
  },
} as const satisfies EventTable;
