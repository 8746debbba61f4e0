import * as z from 'zod';
import { Outcome } from './conclusion.ts';
import { SubjectKind } from './subject.ts';

/**
 * Moments: what people outside the flow hear of an incident, as events of the source `checkrein` on the event bus. They hold
 * names, numbers and sentences that code made, and no evidence. Every text is one line (or a list of lines) in which what comes from
 * outside went through the filter of `kernel/trace/outside-text.ts`: no links but ours, nothing that hides. A moment is delivered at
 * least once, has the same `id` each time, and is smaller than 256 KB. A list of people has at most 200 ids.
 */

/** Characters of the sentence of a moment: as many as PagerDuty takes. */
export const SAYS_LIMIT = 1024;

const common = {
  version: z.literal('1').describe('of this schema. New fields may come without a new version'),
  id: z
    .string()
    .describe(
      '`<incident>#<number of the trace event>`: the same for every delivery of one moment. Drop a second one by it',
    ),
  incidentId: z.string().describe('the incident, which is the name of its execution'),
  seq: z.int().nonnegative().describe('number of the trace event: moments of one incident are in order by it'),
  at: z.iso.datetime().describe('when it was recorded'),
  agent: z.string().describe('the agent that looks into the incident'),
  subject: z
    .strictObject({ kind: SubjectKind, title: z.string() })
    .describe('what the incident is about. The title is a name from outside'),
  location: z
    .strictObject({ account: z.string(), region: z.string() })
    .nullable()
    .describe('where the incident is; null: nowhere in particular'),
  says: z.string().max(SAYS_LIMIT).describe('the moment in one sentence: what a pager or a chat shows first'),
};

/** The change of a plan, as approvers read it. */
export const MomentChange = z.strictObject({
  handle: z.string().describe('the plan, as people call it within the incident'),
  digest: z.string().describe('the plan, as its approval is bound to it'),
  tool: z.string(),
  heading: z.string().describe('`Resize checkout-1: t3.small → c6i.xlarge`'),
  target: z.strictObject({
    id: z.string(),
    ref: z.string().describe('what names the target: of AWS its ARN'),
    account: z.string(),
    region: z.string(),
    environment: z.string(),
  }),
  lines: z
    .array(z.string())
    .nullable()
    .describe('what would change, setting by setting: all of it, or null where it does not fit lines. Never a part'),
  cost: z.string(),
  disruption: z.string(),
  rollback: z.string().describe('how it is undone'),
});
export type MomentChange = z.infer<typeof MomentChange>;

const change = MomentChange.describe('the change of the plan');

const request = {
  approvalId: z.string().describe('the approval request: the same in its reminders and its decision'),
  change,
  approvers: z.array(z.string()).describe('ids of those who were asked'),
  needed: z.int().describe('how many of them must approve'),
  expiresAt: z.iso.datetime().describe('after this the answer is *expired*, never *approved*'),
  page: z
    .url()
    .describe(
      'where an approver has their own link sent to their private contact. It approves nothing and names nobody, so it may go to everybody',
    ),
};

const reminder = z.int().positive().describe('1 for the first reminder, then 2, 3, …');

const made = z.enum(['applied', 'failed', 'unknown']);

/** Every kind of moment, as the event's detail-type and its `moment`. */
export const Moment = z.discriminatedUnion('moment', [
  z.strictObject({ ...common, moment: z.literal('incident.opened') }).describe('An event became an incident.'),
  z
    .strictObject({ ...common, moment: z.literal('incident.joined'), joined: z.string().describe('name of the alarm') })
    .describe('Another alarm joined the incident. Copies of the same event are no moment.'),
  z
    .strictObject({ ...common, moment: z.literal('change.proposed'), change })
    .describe('A change passed policy and its dry run, and is now a plan. Nothing has been changed.'),
  z
    .strictObject({ ...common, moment: z.literal('approval.asked'), ...request })
    .describe('People were asked to approve.'),
  z
    .strictObject({ ...common, moment: z.literal('approval.reminded'), ...request, reminder })
    .describe('The same people were asked again.'),
  z
    .strictObject({
      ...common,
      moment: z.literal('approval.escalated'),
      ...request,
      reminder,
      newly: z.array(z.string()).describe('ids of those who were asked for the first time'),
    })
    .describe('A reminder that also asks people of a higher tier.'),
  z
    .strictObject({
      ...common,
      moment: z.literal('approval.decided'),
      approvalId: request.approvalId,
      change,
      outcome: z.enum(['granted', 'denied', 'expired']),
      by: z.array(z.string()).describe('ids of those who decided; empty if it expired'),
      breakGlass: z.boolean().describe('whether it was granted in spite of a change freeze'),
    })
    .describe('An approval request came to its end.'),
  z
    .strictObject({ ...common, moment: z.literal('change.applied'), change, outcome: made })
    .describe('A change was made, or it failed, or nobody knows.'),
  z
    .strictObject({
      ...common,
      moment: z.literal('change.verified'),
      change,
      outcome: z.enum(['healed', 'unhealed', 'worse', 'inconclusive']),
    })
    .describe('The verification of a change came to an end. While it waits there is no moment.'),
  z
    .strictObject({ ...common, moment: z.literal('change.rolled-back'), change, outcome: made })
    .describe('A change was undone, or that failed, or nobody knows.'),
  z
    .strictObject({
      ...common,
      moment: z.literal('incident.closed'),
      outcome: Outcome,
      approvalId: z
        .string()
        .optional()
        .describe('the last approval request, answered or not: a pager resolves what it may have left open'),
      happened: z.array(z.string()).describe('what happened, in sentences that code made from the trace'),
    })
    .describe('The incident ended.'),
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

/** Detail-type of the event by which a moment is reported that could not be made. It goes to a dead-letter queue. */
export const MOMENT_LOST = 'moment.lost';

/** `detail` of that event. */
export const LostMoment = z.strictObject({
  version: z.literal('1'),
  incidentId: z.string(),
  seq: z.int().nonnegative(),
  /** Why, and what to do. */
  says: z.string(),
});
export type LostMoment = z.infer<typeof LostMoment>;
