import * as z from 'zod';
import { takeAnswer, type Refusal } from '../answer/answer.ts';
import { outcomeOf, outcomeSentence } from '../answer/outcome.ts';
import { readLink, type ApprovalLink, type LinkFault } from '../answer/approval-link.ts';
import { approvalPage } from './page.ts';
import { REASON_LIMIT, type FormState } from './decision.ts';
import { errorPage } from './document.ts';
import { readForm } from './form.ts';
import { senderOf } from './identity.ts';
import { ownLinkPage, requestOwnLink } from './own-link.ts';
import { isSettled, pageViewOf, type PagePorts } from './page-view.ts';
import { errorResponse, respond, type PageRequest, type PageResponse } from './responses.ts';

/**
 * The approval page over HTTP. GET and HEAD show it and record nothing, since mail scanners and browsers
 * open links on their own; only a POST of the form gives an answer.
 */
export const handleApproval = async (request: PageRequest, ports: PagePorts): Promise<PageResponse> => {
  const sender = await senderOf(request, ports);
  if ('refusal' in sender) return sender.refusal;
  const { approver: signedIn } = sender;
  switch (request.method) {
    case 'GET':
      return show(request.query, signedIn, ports);
    case 'HEAD':
      return { ...(await show(request.query, signedIn, ports)), body: '' };
    case 'POST':
      return submitForm(request, signedIn, ports);
    default:
      return errorResponse(405, 'Open the link from your message in a browser.', { allow: 'GET, HEAD, POST' });
  }
};

/** The approver whom the team's proxy signed in. Undefined without such a proxy. */
type SignedIn = string | undefined;

const show = async (query: URLSearchParams, signedIn: SignedIn, ports: PagePorts): Promise<PageResponse> => {
  const [token, approvalId] = [query.get('t'), query.get('a')];
  if (token === null && approvalId !== null) return ownLinkPage(approvalId, signedIn);
  const opened = await openLink(token, signedIn, ports);
  return 'fault' in opened ? invalidLink(opened, ports) : page(200, opened, ports);
};

const submitForm = async (request: PageRequest, signedIn: SignedIn, ports: PagePorts): Promise<PageResponse> => {
  const form = readForm(request);
  if ('message' in form) return errorResponse(form.statusCode, form.message);
  const { fields } = form;
  return 'a' in fields ? requestOwnLink(fields, signedIn, ports) : submitAnswer(fields, signedIn, ports);
};

const submitAnswer = async (
  fields: Readonly<Record<string, string>>,
  signedIn: SignedIn,
  ports: PagePorts,
): Promise<PageResponse> => {
  const { data: form } = AnswerForm.safeParse({ reason: '', ...fields });
  if (form === undefined)
    return errorResponse(400, 'The answer must be either approve or deny. Open the link from your message again.');
  const opened = await openLink(form.t, signedIn, ports);
  if ('fault' in opened) return invalidLink(opened, ports);
  const { reason } = form;
  const breakGlass = form.breakGlass !== undefined;
  const error = reasonError(form);
  if (error !== undefined && !(await isSettled(opened.link, ports)))
    return page(400, opened, ports, { reason, breakGlass, error });
  const { approvalId, approver } = opened.link;
  const submitted = { approvalId, approver, answer: form.answer, reason, breakGlass, via: 'page' } as const;
  const receipt = await takeAnswer(submitted, ports);
  if (receipt.status !== 'refused') return page(200, opened, ports, { receipt });
  return page(STATUS[receipt.because], opened, ports, { reason, breakGlass, receipt });
};

const reasonError = ({ answer, reason, breakGlass }: AnswerForm): string | undefined => {
  if (answer === 'deny' && reason.trim() === '') return 'Say why you deny: the agent plans again with your reason.';
  if (reason.length > REASON_LIMIT) return `The reason has ${reason.length} characters; the limit is ${REASON_LIMIT}.`;
  if (breakGlass !== undefined && answer === 'approve' && reason.trim() === '')
    return 'Say why this cannot wait: everyone is notified with your reason.';
  return undefined;
};

interface OpenedLink {
  readonly token: string;
  readonly link: ApprovalLink;
}

/** Why a link is not opened. Somebody else's says nothing of its question. */
type Unopened = LinkFault | { readonly fault: 'of-another'; readonly message: string };

/** Where a proxy signs who somebody is, a link is worth nothing to anybody but its approver. */
const openLink = async (token: string | null, signedIn: SignedIn, ports: PagePorts): Promise<OpenedLink | Unopened> => {
  const read = await readLink(ports.linkMac, token ?? '', ports.clock.now());
  if ('fault' in read && read.fault === 'forged') return read;
  if (signedIn !== undefined && read.link.approver !== signedIn)
    return {
      fault: 'of-another',
      message: `You are signed in as ${signedIn}, and this link is not yours. Use your own.`,
    };
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

const STATUS: Record<Refusal, number> = {
  unknown: 410,
  expired: 410,
  closed: 409,
  decided: 409,
  answered: 409,
  switch: 409,
  frozen: 409,
  check: 409,
  'not-entitled': 403,
};

/** The expired link of an approver says how its question was settled, and nothing else of the incident. */
const invalidLink = async (fault: Unopened, { ledger, rules }: PagePorts): Promise<PageResponse> => {
  if (fault.fault !== 'expired') return errorResponse(403, fault.message);
  const { approvalId, approver } = fault.link;
  const isKnown = rules.settings.approvers.some(({ id }) => id === approver);
  const outcome = isKnown ? await outcomeOf(ledger, approvalId) : undefined;
  if (outcome === undefined) return errorResponse(410, fault.message);
  return respond(410, errorPage('This request was settled', `${outcomeSentence(outcome)} The link has expired.`));
};
