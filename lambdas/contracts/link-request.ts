import * as z from 'zod';

/** What an approval id looks like. Anything else is no address of the page. */
export const APPROVAL_ID = /^approval-[0-9a-f]{32}$/;

/** Characters of an approver's id or e-mail address. */
export const APPROVER_LIMIT = 320;

/** Somebody asks the page to have an approver's own link sent. Whoever asks may be anybody. */
export const LinkRequest = z.strictObject({
  /** The same for each delivery of one request. */
  requestId: z.string().regex(/^send-link-[\w-]{1,64}$/),
  approvalId: z.string().regex(APPROVAL_ID),
  /** Id or e-mail address, as it was typed or as the team's proxy signed it. */
  approver: z.string().min(1).max(APPROVER_LIMIT),
});
export type LinkRequest = z.infer<typeof LinkRequest>;
