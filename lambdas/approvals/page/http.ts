import * as z from 'zod';
import { contractBroken } from '../../contracts/errors.ts';
import { takeAnswer, type Receipt, type Refusal } from '../answer/answer.ts';
import { readLink, type ApprovalLink, type LinkFault } from '../answer/approval-link.ts';
import { approvalPage } from './page.ts';
import { REASON_LIMIT, type Remarks } from './decision.ts';
import { CONTENT_SECURITY_POLICY, errorPage } from './shell.ts';
import { pageViewOf, type PagePorts } from './page-view.ts';

/** An HTTP request, whoever received it. Header names are lower case. */
export interface ApprovalRequest {
  readonly method: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** An HTTP response, in the shape that a Lambda function URL takes. */
export interface ApprovalResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Bytes of a form: the longest reason in any script, percent-encoded, and a link. */
export const BODY_LIMIT = 16_384;

/**
 * The approval page over HTTP. GET and HEAD show it and record nothing, since mail scanners and browsers
 * open links on their own; only a POST of the form decides, and only once.
 */
export const handleApproval = async (request: ApprovalRequest, ports: PagePorts): Promise<ApprovalResponse> => {
  switch (request.method) {
    case 'GET':
      return show(request.query.get('t'), ports);
    case 'HEAD':
      return { ...(await show(request.query.get('t'), ports)), body: '' };
    case 'POST':
      return answer(request, ports);
    default:
      return problem(405, 'Open the link from your message in a browser.', { allow: 'GET, HEAD, POST' });
  }
};

const show = async (token: string | null, ports: PagePorts): Promise<ApprovalResponse> => {
  const opened = await openLink(token, ports);
  return 'fault' in opened ? faulty(opened) : page(200, opened, ports);
};

const answer = async ({ headers, body }: ApprovalRequest, ports: PagePorts): Promise<ApprovalResponse> => {
  if (Buffer.byteLength(body) > BODY_LIMIT)
    return problem(413, `A reason may have ${REASON_LIMIT} characters. Go back and shorten it.`);
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') return problem(415, 'Answer with the form on the approval page.');
  const form = formIn(body);
  if (form === undefined)
    return problem(400, 'The answer was neither a clear yes nor a clear no. Open the link from your message again.');
  const opened = await openLink(form.t, ports);
  if ('fault' in opened) return faulty(opened);
  const typed = form.reason;
  if (form.answer === 'deny' && typed.trim() === '')
    return page(400, opened, ports, { typed, fault: 'Say why you deny: the agent plans again with your reason.' });
  if (typed.length > REASON_LIMIT)
    return page(400, opened, ports, {
      typed,
      fault: `The reason has ${typed.length} characters; ${REASON_LIMIT} fit.`,
    });
  const breakGlass = form.glass !== undefined;
  if (breakGlass && form.answer === 'approve' && typed.trim() === '')
    return page(400, opened, ports, { typed, breakGlass, fault: 'Say why this cannot wait: everyone is told so.' });
  const { approvalId, approver } = opened.link;
  const given = { approvalId, approver, answer: form.answer, reason: typed, breakGlass, via: 'page' } as const;
  const receipt = await takeAnswer(given, ports);
  return page(
    statusOf(receipt),
    opened,
    ports,
    receipt.status === 'refused' ? { typed, breakGlass, receipt } : { receipt },
  );
};

interface Opened {
  readonly token: string;
  readonly link: ApprovalLink;
}

const openLink = async (token: string | null, ports: PagePorts): Promise<Opened | LinkFault> => {
  const read = await readLink(ports.linkMac, token ?? '', ports.clock.now());
  return 'fault' in read ? read : { token: token ?? '', link: read.link };
};

const page = async (
  statusCode: number,
  { token, link }: Opened,
  ports: PagePorts,
  remarks: Remarks = {},
): Promise<ApprovalResponse> => {
  const view = await pageViewOf(token, link, ports);
  return 'says' in view ? problem(view.statusCode, view.says) : respond(statusCode, approvalPage(view, remarks));
};

const Form = z.object({
  t: z.string(),
  answer: z.enum(['approve', 'deny']),
  reason: z.string(),
  /** The checkbox that breaks the glass; a browser sends it only when it is ticked. */
  glass: z.literal('broken').optional(),
});

/** The form's fields. One that comes twice makes the answer ambiguous, so it is none. Browsers send line ends as CRLF. */
const formIn = (body: string): z.infer<typeof Form> | undefined => {
  const fields = [...new URLSearchParams(body)];
  if (new Set(fields.map(([name]) => name)).size !== fields.length) return undefined;
  const form = Form.safeParse({
    reason: '',
    ...Object.fromEntries(fields.map(([name, value]) => [name, value.replaceAll('\r\n', '\n')])),
  });
  return form.success ? form.data : undefined;
};

const STATUS: Record<Refusal, number> = {
  unknown: 410,
  expired: 410,
  closed: 409,
  settled: 409,
  answered: 409,
  switch: 409,
  frozen: 409,
  'not-entitled': 403,
};
const statusOf = (receipt: Receipt): number => (receipt.status === 'refused' ? STATUS[receipt.because] : 200);

const faulty = ({ fault, says }: LinkFault): ApprovalResponse => problem(fault === 'expired' ? 410 : 403, says);

const problem = (statusCode: number, says: string, headers: Record<string, string> = {}): ApprovalResponse =>
  respond(statusCode, errorPage('This cannot be answered', says), headers);

const respond = (statusCode: number, body: string, headers: Record<string, string> = {}): ApprovalResponse => ({
  statusCode,
  headers: {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer', // the link stands in the address
    'strict-transport-security': 'max-age=63072000; includeSubDomains',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    ...headers,
  },
  body,
});

const FunctionUrlEvent = z.object({
  rawQueryString: z.string().default(''),
  headers: z.record(z.string(), z.string()).default({}),
  requestContext: z.object({ http: z.object({ method: z.string() }) }),
  body: z.string().default(''),
  isBase64Encoded: z.boolean().default(false),
});

/** Reads a request as a Lambda function URL hands it over (payload format 2.0). */
export const fromFunctionUrl = (event: unknown): ApprovalRequest => {
  const parsed = FunctionUrlEvent.safeParse(event);
  if (!parsed.success)
    throw contractBroken(
      `The approval page was called with something that is no HTTP request: ${parsed.error.message}`,
    );
  const { rawQueryString, headers, requestContext, body, isBase64Encoded } = parsed.data;
  return {
    method: requestContext.http.method,
    query: new URLSearchParams(rawQueryString),
    headers,
    body: isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body,
  };
};
