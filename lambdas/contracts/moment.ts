import * as z from 'zod';
import { Outcome } from './conclusion.ts';
import { SubjectKind } from './subject.ts';

/**
 * Moments: what people outside the flow hear of an incident, as events of the source `checkrein` on the event bus. They hold
 * names, numbers and sentences that code made, and no evidence. Every text is one line (or a list of lines) in which what comes from
 * outside went through the filter of `kernel/trace/outside-text.ts`: no links but ours, nothing that hides.
 */

const common = {
  version: z.literal('1'),
  /** `<incident>#<sequence number of the trace event>`: the same for every delivery of one moment. */
  id: z.string(),
  incidentId: z.string(),
  seq: z.int().nonnegative(),
  /** When it was recorded. */
  at: z.iso.datetime(),
  agent: z.string(),
  subject: z.strictObject({ kind: SubjectKind, title: z.string() }),
  /** Where the incident is; null: nowhere in particular. */
  location: z.strictObject({ account: z.string(), region: z.string() }).nullable(),
  /** The moment in one sentence: what a pager or a chat shows first. PagerDuty takes 1,024 characters. */
  says: z.string().max(1024),
};

/** The change of a plan, as approvers read it. */
export const MomentChange = z.strictObject({
  handle: z.string(),
  digest: z.string(),
  tool: z.string(),
  /** `Resize checkout-1: t3.small → c6i.xlarge`. */
  heading: z.string(),
  target: z.strictObject({
    id: z.string(),
    /** What names the target: of AWS its ARN. */
    ref: z.string(),
    account: z.string(),
    region: z.string(),
    environment: z.string(),
  }),
  /** What would change, setting by setting: all of it, or null where it is too long. Never a part. */
  lines: z.array(z.string()).nullable(),
  cost: z.string(),
  disruption: z.string(),
  /** How it is undone. */
  rollback: z.string(),
});
export type MomentChange = z.infer<typeof MomentChange>;

const request = {
  approvalId: z.string(),
  change: MomentChange,
  /** Ids of those who were asked. */
  approvers: z.array(z.string()),
  needed: z.int(),
  /** After this the answer is *expired*, never *approved*. */
  expiresAt: z.iso.datetime(),
  /** Where an approver has their own link sent to their private contact. It approves nothing and names nobody. */
  page: z.url(),
};

/** Every kind of moment, as the event's detail-type and its `moment`. */
export const Moment = z.discriminatedUnion('moment', [
  z.strictObject({ ...common, moment: z.literal('incident.opened') }),
  /** Another alarm joined the incident. Copies of the same event are no moment. */
  z.strictObject({ ...common, moment: z.literal('incident.joined'), joined: z.string() }),
  /** A plan passed its dry run and policy. */
  z.strictObject({ ...common, moment: z.literal('change.proposed'), change: MomentChange }),
  z.strictObject({ ...common, moment: z.literal('approval.asked'), ...request }),
  /** The same people were asked again. */
  z.strictObject({ ...common, moment: z.literal('approval.reminded'), ...request, reminder: z.int().positive() }),
  /** A reminder that also asks people of a higher tier. */
  z.strictObject({
    ...common,
    moment: z.literal('approval.escalated'),
    ...request,
    reminder: z.int().positive(),
    /** Ids of those who were asked for the first time. */
    newly: z.array(z.string()),
  }),
  z.strictObject({
    ...common,
    moment: z.literal('approval.decided'),
    approvalId: z.string(),
    change: MomentChange,
    outcome: z.enum(['granted', 'denied', 'expired']),
    by: z.array(z.string()),
    breakGlass: z.boolean(),
  }),
  z.strictObject({
    ...common,
    moment: z.literal('change.applied'),
    change: MomentChange,
    outcome: z.enum(['applied', 'failed', 'unknown']),
  }),
  /** Verification came to an end; while it waits there is no moment. */
  z.strictObject({
    ...common,
    moment: z.literal('change.verified'),
    change: MomentChange,
    outcome: z.enum(['healed', 'unhealed', 'worse', 'inconclusive']),
  }),
  z.strictObject({
    ...common,
    moment: z.literal('change.rolled-back'),
    change: MomentChange,
    outcome: z.enum(['applied', 'failed', 'unknown']),
  }),
  z.strictObject({
    ...common,
    moment: z.literal('incident.closed'),
    outcome: Outcome,
    /** The last approval request of the incident, answered or not: a pager resolves what it may have left open. */
    approvalId: z.string().optional(),
    /** What happened, in sentences that code made from the trace. */
    happened: z.array(z.string()),
  }),
]);
export type Moment = z.infer<typeof Moment>;

/** Of each kind, its name. */
export const MomentKind = z.enum([
  'incident.opened',
  'incident.joined',
  'change.proposed',
  'approval.asked',
  'approval.reminded',
  'approval.escalated',
  'approval.decided',
  'change.applied',
  'change.verified',
  'change.rolled-back',
  'incident.closed',
] satisfies Moment['moment'][]);
export type MomentKind = z.infer<typeof MomentKind>;
