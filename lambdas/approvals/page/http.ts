import * as z from 'zod';
import { takeAnswer, type Refusal } from '../answer/answer.ts';
import { outcomeOf, outcomeSentence } from '../answer/outcome.ts';
import { readLink, type ApprovalLink, type LinkFault } from '../answer/approval-link.ts';
import { approvalPage } from './page.ts';
import { REASON_LIMIT, reasonFault } from '../answer/reason.ts';
import type { FormState } from './decision.ts';
import { CONTENT_SECURITY_POLICY, errorPage } from './document.ts';
import { isSettled, pageViewOf, type PagePorts } from './page-view.ts';

/** An HTTP request to the approval page, from Lambda or the local server. Header names are lower case. */
export interface PageRequest {
  readonly method: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** An HTTP response, in the shape that a Lambda function URL takes. */
export interface PageResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Bytes of a form: a link, and the longest reason in any alphabet, percent-encoded. */
export const BODY_LIMIT = 16_384;

/**
 * The approval page over HTTP. GET and HEAD show it and record nothing, since mail scanners and browsers
 * open links on their own; only a POST of the form gives an answer.
 */
export const handleApproval = async (request: PageRequest, ports: PagePorts): Promise<PageResponse> => {
  switch (request.method) {
    case 'GET':
      return show(request.query.get('t'), ports);
    case 'HEAD':
      return { ...(await show(request.query.get('t'), ports)), body: '' };
    case 'POST':
      return submitAnswer(request, ports);
    default:
      return errorResponse(405, 'Open the link from your message in a browser.', { allow: 'GET, HEAD, POST' });
  }
};

const show = async (token: string | null, ports: PagePorts): Promise<PageResponse> => {
  const opened = await openLink(token, ports);
  return 'fault' in opened ? invalidLink(opened, ports) : page(200, opened, ports);
};

const submitAnswer = async ({ headers, body }: PageRequest, ports: PagePorts): Promise<PageResponse> => {
  if (Buffer.byteLength(body) > BODY_LIMIT)
    return errorResponse(413, `A reason may have ${REASON_LIMIT} characters. Go back and shorten it.`);
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded')
    return errorResponse(415, 'Answer with the form on the approval page.');
  const form = parseForm(body);
  if (form === undefined)
    return errorResponse(400, 'The answer must be either approve or deny. Open the link from your message again.');
  const opened = await openLink(form.t, ports);
  if ('fault' in opened) return invalidLink(opened, ports);
  const { reason } = form;
  const breakGlass = form.breakGlass !== undefined;
  const error = reasonFault({ ...form, breakGlass });
  if (error !== undefined && !(await isSettled(opened.link, ports)))
    return page(400, opened, ports, { reason, breakGlass, error });
  const { approvalId, approver } = opened.link;
  const submitted = { approvalId, approver, answer: form.answer, reason, breakGlass, via: 'page' } as const;
  const receipt = await takeAnswer(submitted, ports);
  if (receipt.status !== 'refused') return page(200, opened, ports, { receipt });
  return page(STATUS[receipt.because], opened, ports, { reason, breakGlass, receipt });
};

interface OpenedLink {
  readonly token: string;
  readonly link: ApprovalLink;
}

const openLink = async (token: string | null, ports: PagePorts): Promise<OpenedLink | LinkFault> => {
  const read = await readLink(ports.linkMac, token ?? '', ports.clock.now());
  return 'fault' in read ? read : { token: token ?? '', link: read.link };
};

const page = async (
  statusCode: number,
  { token, link }: OpenedLink,
  ports: PagePorts,
  form: FormState = {},
): Promise<PageResponse> => {
  const view = await pageViewOf(token, link, ports);
  return 'message' in view
    ? errorResponse(view.statusCode, view.message)
    : respond(statusCode, approvalPage(view, form));
};

const AnswerForm = z.object({
  t: z.string(),
  answer: z.enum(['approve', 'deny']),
  reason: z.string(),
  /** The checkbox that overrides a change freeze. A browser sends it only when it is ticked. */
  breakGlass: z.literal('yes').optional(),
});
type AnswerForm = z.infer<typeof AnswerForm>;

/** The form's fields. A field sent twice makes the answer ambiguous, so it is refused. Browsers send line ends as CRLF. */
const parseForm = (body: string): AnswerForm | undefined => {
  const fields = [...new URLSearchParams(body)];
  if (new Set(fields.map(([name]) => name)).size !== fields.length) return undefined;
  const form = AnswerForm.safeParse({
    reason: '',
    ...Object.fromEntries(fields.map(([name, value]) => [name, value.replaceAll('\r\n', '\n')])),
  });
  return form.success ? form.data : undefined;
};

/** The HTTP status of each refusal. */
export const STATUS: Record<Refusal, number> = {
  unknown: 410,
  expired: 410,
  closed: 409,
  decided: 409,
  'other-plan': 409,
  answered: 409,
  switch: 409,
  frozen: 409,
  check: 409,
  'not-entitled': 403,
};

/** The expired link of an approver says how its question was settled, and nothing else of the incident. */
const invalidLink = async (fault: LinkFault, { ledger, rules }: PagePorts): Promise<PageResponse> => {
  if (fault.fault === 'forged') return errorResponse(403, fault.message);
  const { approvalId, approver } = fault.link;
  const isKnown = rules.settings.approvers.some(({ id }) => id === approver);
  const outcome = isKnown ? await outcomeOf(ledger, approvalId) : undefined;
  if (outcome === undefined) return errorResponse(410, fault.message);
  return respond(410, errorPage('This request was settled', `${outcomeSentence(outcome)} The link has expired.`));
};

const errorResponse = (statusCode: number, message: string, headers: Record<string, string> = {}): PageResponse =>
  respond(statusCode, errorPage('This cannot be answered', message), headers);

const respond = (statusCode: number, body: string, headers: Record<string, string> = {}): PageResponse => ({
  statusCode,
  headers: {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer', // the address contains the link
    'strict-transport-security': 'max-age=63072000; includeSubDomains',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    ...headers,
  },
  body,
});
