import * as z from 'zod';

/** `source` of the events by which a closing incident gives an alarm that had joined it an incident of its own. */
export const FOLLOW_UP_SOURCE = 'checkrein.follow-up';
export const FOLLOW_UP_DUE = 'follow-up.due';

/**
 * `detail` of the event `follow-up.due`: a reference to a row of the ledger, which has the event of the alarm. It has
 * nothing else, so that whoever forges one can at most have a recorded alarm delivered again.
 */
export const FollowUp = z.strictObject({
  version: z.literal('1'),
  /** The incident that the alarm had joined. */
  incidentId: z.string().min(1).max(200),
  /** Sort key of the alarm's row. */
  part: z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in hexadecimal digits'),
});
export type FollowUp = z.infer<typeof FollowUp>;
