import * as z from 'zod';
import { APPROVAL_ID, APPROVER_LIMIT, LinkRequest } from '../../contracts/link-request.ts';
import { htmlDocument } from './document.ts';
import { html, type Html } from './html.ts';
import type { PagePorts } from './page-view.ts';
import { errorResponse, respond, type PageResponse } from './responses.ts';

/** Said to everybody, whatever is known of the approval request and of the person. */
export const ON_ITS_WAY =
  'If you are one of those who may approve this, your own link is on its way to your private contact.';

const INCOMPLETE = 'This address is incomplete. Open the link from the channel as it is.';

/**
 * The page that messages in shared channels lead to. It reads nothing, so it looks the same for every id, whether there is
 * such a request or not.
 */
export const ownLinkPage = (approvalId: string, approver: string | undefined): PageResponse => {
  if (!APPROVAL_ID.test(approvalId)) return errorResponse(400, INCOMPLETE);
  return respond(200, document(approvalId, form(approvalId, approver)));
};

const Request = z.strictObject({
  a: z.string().regex(APPROVAL_ID),
  approver: z.string().trim().min(1).max(APPROVER_LIMIT).optional(),
});

/**
 * Has the approver's own link sent. Another function does the work, later: so neither the answer nor its time tells whether
 * there is such a request or such an approver. Who sends the form, and from which site, does not matter: all that it can
 * do is have an approver's own link sent to that approver, a few times.
 */
export const requestOwnLink = async (
  fields: Readonly<Record<string, string>>,
  signedIn: string | undefined,
  { linkRequests, ids }: Pick<PagePorts, 'linkRequests' | 'ids'>,
): Promise<PageResponse> => {
  const form = Request.safeParse(fields);
  if (!form.success) return errorResponse(400, `${INCOMPLETE} Then give your e-mail address or your approver id.`);
  const { a: approvalId, approver: typed } = form.data;
  const approver = signedIn ?? typed;
  if (approver === undefined) return errorResponse(400, 'Give your e-mail address or your approver id.');
  const request = LinkRequest.parse({ requestId: ids.fresh('send-link'), approvalId, approver });
  try {
    await linkRequests.request(request);
  } catch {
    return errorResponse(503, 'No link can be sent now. Use the link from your message, or try again in a minute.');
  }
  return respond(200, document(approvalId, html`<p role="status"><strong>${ON_ITS_WAY}</strong></p>`));
};

const document = (approvalId: string, body: Html): string =>
  htmlDocument(
    'Your own link',
    html`<main class="card decision">
      <p class="muted small">Checkrein</p>
      <h1>Have your own link sent to you</h1>
      <p>
        Approval request <code>${approvalId}</code>. Whoever may approve it decides with a link of their own, which
        comes to their private contact.
      </p>
      ${body}
      <p class="muted small">Nothing is approved or denied on this page.</p>
    </main>`,
  );

const form = (approvalId: string, approver: string | undefined): Html =>
  html`<form method="post" action="?">
    <input type="hidden" name="a" value="${approvalId}" />
    ${approver === undefined ? approverField : html`<p>You are signed in as <strong>${approver}</strong>.</p>`}
    <div class="buttons"><button type="submit">Send me my link</button></div>
  </form>`;

const approverField = html`<label for="approver">Your e-mail address or approver id</label>
  <input
    id="approver"
    name="approver"
    required
    maxlength="${APPROVER_LIMIT}"
    autocomplete="email"
    autocapitalize="none"
    spellcheck="false"
  />`;
