import * as z from 'zod';
import type { Approver } from '../../contracts/approver.ts';
import { ApprovalId, DecideRequest, type DecideReply } from '../../contracts/decide-api.ts';
import { parseJson } from '../../contracts/json.ts';
import { allOf } from '../../kernel/trace/queries.ts';
import { takeAnswer, type AnswerPorts } from '../answer/answer.ts';
import { entitlement, findQuestion, type OpenQuestion } from '../answer/question.ts';
import { reasonFault } from '../answer/reason.ts';
import { BODY_LIMIT } from '../page/form.ts';
import { STATUS } from '../page/http.ts';
import type { PageRequest, PageResponse } from '../page/responses.ts';
import { approverWith } from './caller.ts';
import { decideView } from './view.ts';

/**
 * Shows a question to an approver and takes their answer, authenticated by IAM in place of a signed link. `caller` is the ARN that
 * AWS verified. Everything after that is as on the page: the same function takes the answer.
 */
export const handleCall = async (
  request: PageRequest,
  caller: string | undefined,
  ports: AnswerPorts,
): Promise<PageResponse> => {
  if (caller === undefined)
    return refuse(
      403,
      'identity',
      'The request names no IAM identity that AWS has verified. Sign it, and send it to the function URL.',
    );
  const approver = approverWith(caller, ports.rules);
  if (approver === undefined)
    return refuse(
      403,
      'identity',
      `No approver of this deployment has the IAM identity ${caller}. It must stand, letter by letter, as contacts.iam of one of them in config/deployment.ts.`,
    );
  if (request.method === 'GET') return show(request.query.get('id') ?? '', approver, ports);
  if (request.method === 'POST') return submit(request.body, { approver, caller }, ports);
  return refuse(405, 'request', 'Ask with GET, answer with POST.');
};

const show = async (id: string, approver: Approver, ports: AnswerPorts): Promise<PageResponse> => {
  const approvalId = ApprovalId.safeParse(id);
  if (!approvalId.success) return refuse(400, 'request', `id: ${JSON.stringify(id)} is not an approval id.`);
  const question = await findQuestion(ports.ledger, approvalId.data);
  if (question === undefined) return refuse(410, 'unknown', 'There is no such approval request.');
  const stranger = await notConcerned(approver, question, ports);
  if (stranger !== undefined) return stranger;
  const view = await decideView(approvalId.data, approver.id, ports);
  return 'message' in view ? refuse(view.statusCode, 'not-entitled', view.message) : respond(200, view);
};

const submit = async (
  body: string,
  { approver, caller }: { readonly approver: Approver; readonly caller: string },
  ports: AnswerPorts,
): Promise<PageResponse> => {
  if (Buffer.byteLength(body) > BODY_LIMIT) return refuse(413, 'request', `A request may have ${BODY_LIMIT} bytes.`);
  const read = DecideRequest.safeParse(parseJson(body));
  if (!read.success) return refuse(400, 'request', `The answer cannot be read: ${z.prettifyError(read.error)}`);
  const fault = reasonFault(read.data);
  if (fault !== undefined) return refuse(400, 'reason', fault);
  const question = await findQuestion(ports.ledger, read.data.approvalId);
  const stranger = question && (await notConcerned(approver, question, ports));
  if (stranger !== undefined) return stranger;
  const receipt = await takeAnswer({ ...read.data, approver: approver.id, via: 'iam', callerArn: caller }, ports);
  return receipt.status === 'refused'
    ? refuse(STATUS[receipt.because], receipt.because, receipt.message)
    : respond(200, { ...receipt, approver: approver.id });
};

/**
 * Links go to nobody but those who were asked. An IAM identity needs no link, so this holds the others off: whom nobody asked and
 * policy does not let approve sees no plan, and denies none.
 */
const notConcerned = async (
  { id }: Approver,
  question: OpenQuestion,
  ports: AnswerPorts,
): Promise<PageResponse | undefined> => {
  const { events, asked } = question;
  const requests = [...allOf(events, 'approval.asked'), ...allOf(events, 'approval.reminded')];
  if (requests.some(({ data }) => data.approvalId === asked.approvalId && data.approvers.includes(id)))
    return undefined;
  const { mayApprove, reason } = entitlement(ports, id, question, (await ports.calendar.freeze()) !== undefined);
  return mayApprove ? undefined : refuse(403, 'not-entitled', `You were not asked about this plan. ${reason}`);
};

const refuse = (statusCode: number, because: string, message: string): PageResponse =>
  respond(statusCode, { status: 'refused', because, message });

const respond = (statusCode: number, reply: DecideReply): PageResponse => ({
  statusCode,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' },
  body: JSON.stringify(reply),
});
